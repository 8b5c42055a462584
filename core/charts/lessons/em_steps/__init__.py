"""EM step by step: a film that plays in the browser, and the traces of several starts."""
