"""The reader: what runs in the child process, from a file's bytes to typed columns."""
