// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/test_control_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"

#define START_NS (1000 * NS_PER_S)

static struct jsonw *on_status(void *context)
{
	struct control_rig *rig = context;
	struct jsonw *status = jsonw_object();

	jsonw_set_uint(status, "asked", ++rig->statuses);
	if (rig->status_padding) {
		char *text = memory_alloc(rig->status_padding + 1, 1);

		(void)memset(text, 'x', rig->status_padding);
		jsonw_set_string(status, "padding", text);
		free(text);
	}
	return status;
}

static void on_abort(void *context, const struct control_peer *peer)
{
	struct control_rig *rig = context;

	rig->aborts++;
	rig->abort_pid = peer->pid;
}

int control_rig_set_up(void **state)
{
	struct control_rig *rig = memory_alloc(1, sizeof(*rig));
	const struct control_hooks hooks = {rig, on_status, on_abort};

	(void)strcpy(rig->folder, "/tmp/memsoak-control.XXXXXX");
	if (!mkdtemp(rig->folder))
		return -1;
	(void)snprintf(rig->path, sizeof(rig->path), "%s/control", rig->folder);
	rig->now_ns = START_NS;
	*state = rig;
	return control_open(rig->path, &hooks, &rig->control, NULL);
}

int control_rig_tear_down(void **state)
{
	struct control_rig *rig = *state;

	control_close(rig->control);
	(void)unlink(rig->path);
	(void)rmdir(rig->folder);
	free(rig);
	return 0;
}

struct control_rig *control_rig_of(void **state)
{
	return *state;
}

void rig_serve(struct control_rig *rig)
{
	for (int i = 0; i < 64; i++)
		control_serve(rig->control, rig->now_ns);
}

int rig_connect(struct control_rig *rig)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval limit = {.tv_sec = 2};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", rig->path);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

void rig_send(int fd, const char *text)
{
	size_t length = strlen(text);

	assert_int_equal(send(fd, text, length, MSG_NOSIGNAL), (ssize_t)length);
}

struct jsonw *rig_line(int fd)
{
	size_t room = 1 << 20, length = 0;
	char *text = memory_alloc(room, 1);
	struct jsonw *line = NULL;

	while (length < room - 1 && recv(fd, text + length, 1, 0) == 1) {
		if (text[length] == '\n')
			break;
		length++;
	}
	if (length > 0)
		assert_int_equal(jsonw_parse(text, length, &line, NULL), 0);
	free(text);
	return line;
}

void rig_expect_error(int fd, const char *why)
{
	struct jsonw *line = rig_line(fd);

	assert_non_null(line);
	assert_int_equal(jsonw_get_uint(line, "version"), CONTROL_VERSION);
	assert_true(jsonw_has(line, "ok"));
	assert_false(jsonw_get_bool(line, "ok"));
	assert_non_null(jsonw_get_string(line, "error"));
	if (!strstr(jsonw_get_string(line, "error"), why))
		fail_msg("'%s' is not in '%s'", why, jsonw_get_string(line, "error"));
	jsonw_free(line);
}

void rig_expect_service(struct control_rig *rig)
{
	int fd = rig_connect(rig);
	struct jsonw *line;

	rig_serve(rig);
	rig_send(fd, "{\"version\":1,\"command\":\"status\"}\n");
	rig_serve(rig);
	line = rig_line(fd);
	assert_non_null(line);
	assert_true(jsonw_get_bool(line, "ok"));
	assert_true(jsonw_has(jsonw_get(line, "status"), "asked"));
	jsonw_free(line);
	(void)close(fd);
	rig_serve(rig);
}

void rig_expect_end(int fd)
{
	char byte;

	assert_true(recv(fd, &byte, 1, 0) <= 0);
}
