"""What a session is, and what computes for it: choices, results, jobs, readers, memory."""
