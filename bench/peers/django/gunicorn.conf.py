import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
wsgi_app = "setlist.wsgi:application"
workers = int(os.environ.get("WORKERS", "1"))
worker_class = "gthread"
# Each thread has one connection to the database; all together have at most POOL_MAX.
threads = int(os.environ.get("POOL_MAX", "10")) // workers
if threads < 1:
    raise ValueError("POOL_MAX must allow at least one connection for each of the WORKERS.")
keepalive = 60
graceful_timeout = 2
loglevel = "warning"
control_socket_disable = True
