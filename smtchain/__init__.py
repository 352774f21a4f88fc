"""The SMT chain: state, rules, node and command line.  What is *said* on it is `protocol`."""
