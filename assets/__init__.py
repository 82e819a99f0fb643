"""What the browser is given: styles, scripts, icons, pictures; no other package imports it."""
