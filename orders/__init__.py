"""Cart, checkout, orders and fulfilment."""
