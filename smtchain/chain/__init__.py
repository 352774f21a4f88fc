"""The chain engine: blocks, transactions, forks, logs, genesis; the only catcher of rejections."""
