"""The storefront and the one place that knows every trade."""
