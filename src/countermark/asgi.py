"""The ASGI application `countermark serve` runs."""

import os
from typing import cast

from django.core.asgi import get_asgi_application

from countermark.web.limits import Application, BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "countermark.settings")
application = BodyLimit(cast("Application", get_asgi_application()))
