// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/control_ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "service/control.h"

#define PATIENCE_S 15 /* its loop answers within moments; a host in trouble may be slower */

int control_connect(const char *path, FILE **ret_stream, struct err *e)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval limit = {.tv_sec = PATIENCE_S};
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FILE *stream;

	if (strlen(path) >= sizeof(address.sun_path))
		return err_set(e, -ENAMETOOLONG, "'%s' is too long a path for a socket", path);
	(void)strcpy(address.sun_path, path);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return err_errno(e, -errno, "cannot make a socket");
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return errno == EACCES ? err_set(e, -EACCES,
						 "'%s' is for root and the group " CONTROL_GROUP
						 ": try sudo, or join the group",
						 path)
				       : err_errno(e, -errno, "cannot ask the daemon at '%s'", path);
	stream = fdopen(fd, "r");
	if (!stream)
		return err_errno(e, -errno, "cannot read '%s'", path);
	(void)steal_fd(&fd);
	*ret_stream = stream;
	return 0;
}

int control_next(FILE *stream, struct jsonw **ret_line, struct err *e)
{
	cleanup_free char *text = NULL;
	size_t room = 0;
	ssize_t n;

	errno = 0;
	n = getline(&text, &room, stream);
	if (n < 0 && errno == EAGAIN)
		return err_set(e, -ETIMEDOUT, "the daemon has said nothing for %d s", PATIENCE_S);
	if (n <= 0 || text[n - 1] != '\n')
		return err_set(e, -ENODATA, "the daemon has ended");
	return jsonw_parse(text, (size_t)n - 1, ret_line, e);
}

int control_ask(FILE *stream, const char *command, struct jsonw **ret_answer, struct err *e)
{
	struct jsonw *request = jsonw_object(), *answer = NULL;
	char line[128];
	ssize_t n;
	int r;

	jsonw_set_uint(request, "version", CONTROL_VERSION);
	jsonw_set_string(request, "command", command);
	(void)snprintf(line, sizeof(line), "%s\n", jsonw_text(request, NULL));
	jsonw_free(request);
	n = send(fileno(stream), line, strlen(line), MSG_NOSIGNAL);
	/* Who is refused at once may find the door closed: the reason is still to be read. */
	if (n < 0 && errno != EPIPE)
		return err_errno(e, -errno, "cannot ask the daemon");
	r = control_next(stream, &answer, e);
	if (r < 0)
		return r;
	if (!jsonw_get_bool(answer, "ok")) {
		const char *why = jsonw_get_string(answer, "error");

		r = err_set(e, -EPROTO, "the daemon says: %s", why ? why : "no");
		jsonw_free(answer);
		return r;
	}
	*ret_answer = answer;
	return 0;
}
