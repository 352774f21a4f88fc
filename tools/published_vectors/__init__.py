"""What `tools/write_vectors.py` writes: vectors that an author in any language can test against."""
