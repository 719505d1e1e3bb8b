"""Everything that is served, in the order in which it is looked for: what is asked most comes first."""

from api_service.audio import content as audio_content
from api_service.audio import legacy as audio_legacy
from api_service.audio import routes as audio
from api_service.auth import routes as auth
from api_service.export import routes as export
from api_service.livekit import routes as livekit
from api_service.livekit import webhooks
from api_service.microphones import routes as microphones
from api_service.minutes import queueing_routes as minutes_tasks
from api_service.minutes import routes as minutes
from api_service.operations import routes as operations
from api_service.realtime import routes as realtime
from api_service.realtime import socket_routes as realtime_socket
from api_service.realtime import writing_routes as realtime_writing
from api_service.search import routes as search
from api_service.sessions import routes as sessions
from api_service.sessions import routes_v2 as sessions_v2
from api_service.speakers import routes as speakers
from api_service.summaries import routes as summaries
from api_service.tasks import routes as tasks
from api_service.tasks import socket_routes as tasks_socket
from api_service.templates import routes as templates
from api_service.transcriptions import batch_routes
from api_service.transcriptions import routes as transcriptions
from api_service.transcripts import routes as transcripts
from api_service.users import routes as users

ROUTERS = tuple(
    module.router
    for module in (
        realtime,
        sessions,
        tasks,
        transcripts,
        users,
        sessions_v2,
        speakers,
        microphones,
        export,
        batch_routes,
        transcriptions,
        search,
        templates,
        summaries,
        minutes,
        minutes_tasks,
        audio,
        audio_content,
        audio_legacy,
        livekit,
        webhooks,
        realtime_writing,
        realtime_socket,
        tasks_socket,
        auth,
        operations,
    )
)
