"""What search engines, feed readers and people who share a link are told of a page."""
