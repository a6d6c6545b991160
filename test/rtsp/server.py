"""A real RTSP server for the tests: serves an H.264 file, or a moving test picture, at rtsp://127.0.0.1:PORT/live.

    server.py PORT [FILE.mp4]

Prints "ready" once it listens. Run it with the system's Python, which has GStreamer's bindings.
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
port, file = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
picture = "videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=10/1 ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10"
source = f'filesrc location="{file}" ! qtdemux' if file else picture

factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(f"( {source} ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=1 )")
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
server.get_mount_points().add_factory("/live", factory)
server.attach(None)
print("ready", flush=True)
GLib.MainLoop().run()
