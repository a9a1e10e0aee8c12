"""The page: a server on this machine, what it tells the browser, and (in ``web``) the page itself."""
