"""The application, as WSGI servers and ``flask --app wsgi`` find it; ``gate`` for ours (ASGI)."""

import gc

from kernel.settings import load_settings
from kernel.web.gate import Gate
from kernel.web.observe import set_up_logs
from shop.factory import create_app

settings = load_settings()
set_up_logs(settings.log_level)
app = create_app(settings)
gate = Gate(app)

# What was loaded for good need not be searched for garbage again and again.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
