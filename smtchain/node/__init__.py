"""The node: JSON-RPC in front of a chain, the clock and producer behind it, a testnet's comforts.

Start at `service.Service`, which runs one; `node.Node` is what methods see; `rpc` has the methods.
"""
