from fastapi import FastAPI

from app import songs, tasks
from app.database import lifespan
from app.errors import handle_errors
from app.models import Health

app = FastAPI(title="Setlist on FastAPI", lifespan=lifespan)
handle_errors(app)
app.include_router(songs.router)
app.include_router(tasks.router)


@app.get("/health")
async def get_health() -> Health:
    return Health()
