"""Words every trade speaks: money, time, ids, transactions, claims, events, audit."""
