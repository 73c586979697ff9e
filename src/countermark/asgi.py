"""The ASGI application `countermark serve` runs."""

import os

from django.core.asgi import get_asgi_application

from countermark.web.limits import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "countermark.settings")
application = BodyLimit(get_asgi_application())
