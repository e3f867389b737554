"""Runs a command in a pseudo terminal of 24 rows and 100 columns, and copies what it shows to standard output.

With a second argument, a signal is sent to the command once that text was shown: `SIGINT:text`.
"""

import fcntl, os, pty, signal, struct, sys, termios

name, _, awaited = (sys.argv[1] or ":").partition(":")
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
shown = b""
while True:
    try:
        some = os.read(terminal, 65536)
    except OSError:
        break
    if not some:
        break
    shown += some
    if name and awaited.encode() in shown:
        os.kill(pid, getattr(signal, name))
        name = ""
sys.stdout.buffer.write(shown)
status = os.waitpid(pid, 0)[1]
sys.exit(os.waitstatus_to_exitcode(status) % 256)
