import os

from psycopg.conninfo import conninfo_to_dict

DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "setlist.urls"
WSGI_APPLICATION = "setlist.wsgi.application"
INSTALLED_APPS = ["rest_framework", "api"]
MIDDLEWARE = []
APPEND_SLASH = False
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

connection = conninfo_to_dict(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": connection.pop("dbname"),
        # Each thread of Gunicorn keeps a connection: no thread waits for one.
        "CONN_MAX_AGE": None,
        "OPTIONS": {**connection, "server_side_binding": True, "prepare_threshold": 0},
    }
}

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "api.errors.handle_exception",
}

# Without this, a 500 is not logged if DEBUG is off. Lower levels would be an access log.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "root": {"handlers": ["console"]},
}
