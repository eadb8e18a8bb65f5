// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * talk SOCKET [SECONDS]: stdin goes to a UNIX socket, what comes back to stdout, until the other end
 * closes or SECONDS (3) after the end of stdin are over. "talk --deaf SOCKET SECONDS" reads nothing.
 * "talk --listen SOCKET" binds it and sleeps: what a killed daemon leaves.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static void write_all(int fd, const char *bytes, ssize_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, bytes, (size_t)n);

		if (written <= 0)
			return;
		bytes += written;
		n -= written;
	}
}

static int talk(int fd, int milliseconds, short wanted)
{
	struct pollfd fds[2] = {{.fd = fd, .events = wanted}, {.fd = 0, .events = POLLIN}};
	char bytes[65536];
	ssize_t n;

	for (;;) {
		int r = poll(fds, 2, fds[1].fd < 0 ? milliseconds : -1);

		if (r <= 0)
			return r < 0;
		if (fds[0].revents) {
			n = recv(fd, bytes, sizeof(bytes), 0);
			if (n <= 0)
				return 0;
			write_all(1, bytes, n);
		}
		if (fds[1].revents) {
			n = read(0, bytes, 4096);
			if (n <= 0 || send(fd, bytes, (size_t)n, MSG_NOSIGNAL) < 0)
				fds[1].fd = -1;
		}
	}
}

int main(int argc, char *argv[])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int is_deaf = argc > 2 && strcmp(argv[1], "--deaf") == 0;
	int listens = argc > 2 && strcmp(argv[1], "--listen") == 0;
	int at = 1 + (is_deaf || listens);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (argc <= at || strlen(argv[at]) >= sizeof(address.sun_path))
		return 2;
	(void)strcpy(address.sun_path, argv[at]);
	(void)signal(SIGPIPE, SIG_IGN);
	if (listens) {
		if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
			return fail(argv[at]);
		for (;;)
			(void)pause();
	}
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return fail(argv[at]);
	return talk(fd, (argc > at + 1 ? atoi(argv[at + 1]) : 3) * 1000, is_deaf ? 0 : POLLIN);
}
