"""Pictures: functions from core's values to Altair charts that carry their own data, title and description."""
