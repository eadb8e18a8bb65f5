// SPDX-License-Identifier: GPL-2.0-or-later
/* The control socket, asked as its protocol says. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "service/test_control_rig.h"

static void status_is_answered(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	int fd = rig_connect(rig);
	struct jsonw *line;

	/* Two requests in one write, one in two. */
	rig_send(fd, "{\"version\":1,\"command\":\"status\"}\n{\"version\":1,\"command\":\"status\"}\n{\"vers");
	rig_serve(rig);
	rig_send(fd, "ion\":1,\"command\":\"status\"}\n");
	rig_serve(rig);
	for (uint64_t i = 1; i <= 3; i++) {
		line = rig_line(fd);
		assert_true(jsonw_get_bool(line, "ok"));
		assert_int_equal(jsonw_get_uint(jsonw_get(line, "status"), "asked"), i);
		jsonw_free(line);
	}
	assert_int_equal(rig->aborts, 0);
	(void)close(fd);
}

static void abort_tells_who_asked(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	int fd = rig_connect(rig);
	struct jsonw *line;

	rig_send(fd, "{\"version\":1,\"command\":\"abort\"}\n");
	rig_serve(rig);
	line = rig_line(fd);
	assert_true(jsonw_get_bool(line, "ok"));
	assert_int_equal(rig->aborts, 1);
	assert_int_equal(rig->abort_pid, getpid());
	jsonw_free(line);
	(void)close(fd);
}

static void subscribers_get_each_status_and_the_end(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	int fd = rig_connect(rig);
	struct jsonw *line;

	rig_send(fd, "{\"version\":1,\"command\":\"subscribe\"}\n");
	rig_serve(rig);
	line = rig_line(fd);
	assert_true(jsonw_get_bool(line, "ok"));
	jsonw_free(line);
	for (uint64_t i = 1; i <= 3; i++) {
		rig->now_ns += 20 * NS_PER_S; /* silent, but a subscriber */
		control_tick(rig->control, rig->now_ns);
		control_publish(rig->control, rig->now_ns);
		line = rig_line(fd);
		assert_string_equal(jsonw_get_string(line, "event"), "status");
		assert_int_equal(jsonw_get_uint(jsonw_get(line, "status"), "asked"), i);
		jsonw_free(line);
	}
	control_close(steal_ptr(&rig->control));
	line = rig_line(fd);
	assert_string_equal(jsonw_get_string(line, "event"), "end");
	jsonw_free(line);
	rig_expect_end(fd);
	assert_int_equal(access(rig->path, F_OK), -1);
	(void)close(fd);
}

static void nobody_subscribed_costs_nothing(void **state)
{
	struct control_rig *rig = control_rig_of(state);

	control_publish(rig->control, rig->now_ns);
	assert_int_equal(rig->statuses, 0);
}

static void a_stale_socket_is_replaced(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	const struct control_hooks hooks = {0};
	struct control *second = NULL;
	struct stat at;

	/* The first one still listens, as a dead daemon's file would look: the name is taken over. */
	assert_int_equal(control_open(rig->path, &hooks, &second, NULL), 0);
	assert_int_equal(stat(rig->path, &at), 0);
	assert_true(S_ISSOCK(at.st_mode));
	assert_int_equal(at.st_mode & 0117, 0); /* nobody else; the group only when there is one */
	control_close(second);
}

static void what_is_no_socket_is_left_alone(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	const struct control_hooks hooks = {0};
	struct control *second = NULL;
	struct err e = {0};
	char path[512];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/file", rig->folder);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fclose(f);
	assert_int_equal(control_open(path, &hooks, &second, &e), -EEXIST);
	assert_non_null(strstr(e.text, "no socket"));
	assert_int_equal(access(path, F_OK), 0);
	(void)unlink(path);
	(void)memset(path, 'a', 200);
	path[200] = '\0';
	assert_int_equal(control_open(path, &hooks, &second, &e), -ENAMETOOLONG);
	assert_null(second);
}

int test_control(void)
{
#define WITH_RIG(f) cmocka_unit_test_setup_teardown(f, control_rig_set_up, control_rig_tear_down)
	static const struct CMUnitTest tests[] = {
		WITH_RIG(status_is_answered),
		WITH_RIG(abort_tells_who_asked),
		WITH_RIG(subscribers_get_each_status_and_the_end),
		WITH_RIG(nobody_subscribed_costs_nothing),
		WITH_RIG(a_stale_socket_is_replaced),
		WITH_RIG(what_is_no_socket_is_left_alone),
	};

	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
