"""Scale: executors that work is handed to as a map function."""
