"""Scale: executors that work is handed to as a map function, and how large what they made is."""
