"""Pure maths of the token economy: integers in, integers out, no state."""
