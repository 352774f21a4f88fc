"""One file per task of a block after its transactions; the work of each is bounded or due."""
