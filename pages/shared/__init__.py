"""What the pages share: the session, derived values, jobs, widgets and messages."""
