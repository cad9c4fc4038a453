import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
wsgi_app = "app:create_app()"
workers = int(os.environ.get("WORKERS", "1"))
worker_class = "sync"
graceful_timeout = 2
loglevel = "warning"
control_socket_disable = True
