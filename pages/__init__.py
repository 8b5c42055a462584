"""The pages of the app, one file each; their sections in a folder each, what they share in app and ui."""
