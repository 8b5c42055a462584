"""What several pages show: widgets, messages, tables, downloads."""
