"""Use cases of bookings: experiences and their departures, seats from hold to attendance."""

from bookings.services.departures import cancel_departure as cancel_departure
from bookings.services.departures import open_departure as open_departure
from bookings.services.departures import open_departures as open_departures
from bookings.services.experiences import set_experience as set_experience
from bookings.services.visits import book as book
from bookings.services.visits import cancel as cancel
from bookings.services.visits import confirm as confirm
from bookings.services.visits import expire as expire
from bookings.services.visits import miss as miss
from bookings.services.visits import redeem as redeem
from bookings.services.visits import revive as revive
