// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients that mean harm, or know no better: one clear line each, and the others notice nothing. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "service/test_control_rig.h"

#define SUBSCRIBE "{\"version\":1,\"command\":\"subscribe\"}\n"

static void nonsense_gets_one_line_each(void **state)
{
	static const struct {
		const char *line, *why;
	} table[] = {
		{"GET / HTTP/1.1\r\n", "not a line of JSON"},
		{"\n", "not a line of JSON"},
		{"{\"version\":1,\"command\":\"status\"\n", "not a line of JSON"},
		{"{\"version\":1,\"command\":\"status\"} {}\n", "not a line of JSON"},
		{"\xff\xfe\x80garbage\x01\n", "not a line of JSON"},
		{"NaN\n", ""},
		{"[]\n", "no request"},
		{"42\n", "no request"},
		{"\"status\"\n", "no request"},
		{"{\"version\":1}\n", "no request"},
		{"{\"version\":1,\"command\":7}\n", "no request"},
		{"{\"command\":\"status\"}\n", "\"version\" is 1 here"},
		{"{\"version\":2,\"command\":\"abort\"}\n", "\"version\" is 1 here"},
		{"{\"version\":\"1\",\"command\":\"abort\"}\n", "\"version\" is 1 here"},
		{"{\"version\":1,\"command\":\"Abort\"}\n", "unknown command"},
		{"{\"version\":1,\"command\":\"\"}\n", "unknown command"},
	};
	struct control_rig *rig = control_rig_of(state);
	int fd = rig_connect(rig);

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		rig_send(fd, table[i].line);
		rig_serve(rig);
		rig_expect_error(fd, table[i].why);
	}
	assert_int_equal(rig->aborts, 0);
	assert_int_equal(control_clients(rig->control), 1);
	rig_expect_service(rig);
	(void)close(fd);
}

static void deep_nesting_is_refused(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	char line[2002];
	int fd = rig_connect(rig);

	(void)memset(line, '[', 2000);
	line[2000] = '\n';
	line[2001] = '\0';
	rig_send(fd, line);
	rig_serve(rig);
	rig_expect_error(fd, "not a line of JSON");
	rig_expect_service(rig);
	(void)close(fd);
}

static void nul_bytes_are_no_end(void **state)
{
	static const char line[] = "{\"version\":1,\0\"command\":\"abort\"}\n";
	struct control_rig *rig = control_rig_of(state);
	int fd = rig_connect(rig);

	assert_int_equal(send(fd, line, sizeof(line) - 1, 0), (ssize_t)sizeof(line) - 1);
	rig_serve(rig);
	rig_expect_error(fd, "not a line of JSON");
	assert_int_equal(rig->aborts, 0);
	(void)close(fd);
}

static void an_endless_line_is_cut_off(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	char line[CONTROL_MAX_LINE + 1];
	int fd = rig_connect(rig);

	(void)memset(line, 'a', CONTROL_MAX_LINE);
	line[CONTROL_MAX_LINE] = '\0';
	rig_send(fd, line);
	rig_serve(rig);
	rig_expect_error(fd, "too long");
	rig_expect_end(fd);
	assert_int_equal(control_clients(rig->control), 0);
	rig_expect_service(rig);
	(void)close(fd);
}

static void half_a_line_is_cut_off_in_time(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	int half = rig_connect(rig), silent = rig_connect(rig);

	rig_send(half, "{\"version\":1,");
	rig_serve(rig);
	rig->now_ns += CONTROL_SILENCE_NS / 2;
	/* Byte after byte does not help: the line has to come to its end. */
	rig_send(half, "\"comm");
	rig_serve(rig);
	rig->now_ns += CONTROL_SILENCE_NS / 2 - 1;
	control_tick(rig->control, rig->now_ns);
	assert_int_equal(control_clients(rig->control), 2);
	rig->now_ns++;
	control_tick(rig->control, rig->now_ns);
	assert_int_equal(control_clients(rig->control), 0);
	rig_expect_error(half, "nothing was asked for 10 s");
	rig_expect_end(half);
	rig_expect_error(silent, "nothing was asked for 10 s");
	rig_expect_end(silent);
	(void)close(half);
	(void)close(silent);
}

static void a_flood_of_requests_is_cut_off(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	int fd = rig_connect(rig);

	for (int i = 0; i <= CONTROL_MAX_REQUESTS; i++)
		rig_send(fd, "{\"version\":1,\"command\":\"status\"}\n");
	rig_serve(rig);
	assert_int_equal(rig->statuses, CONTROL_MAX_REQUESTS);
	for (int i = 0; i < CONTROL_MAX_REQUESTS; i++) {
		struct jsonw *line = rig_line(fd);

		assert_true(jsonw_get_bool(line, "ok"));
		jsonw_free(line);
	}
	rig_expect_error(fd, "too many requests");
	rig_expect_end(fd);
	(void)close(fd);
}

/* The same number, but each second half of it: that is no flood. */
static void a_busy_client_is_none(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	int fd = rig_connect(rig);

	for (int i = 0; i < 2 * CONTROL_MAX_REQUESTS; i++) {
		struct jsonw *line;

		if (i % (CONTROL_MAX_REQUESTS / 2) == 0)
			rig->now_ns += NS_PER_S;
		rig_send(fd, "{\"version\":1,\"command\":\"status\"}\n");
		rig_serve(rig);
		line = rig_line(fd);
		assert_true(jsonw_get_bool(line, "ok"));
		jsonw_free(line);
	}
	assert_int_equal(control_clients(rig->control), 1);
	(void)close(fd);
}

static void the_seventeenth_is_told_so(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	int fds[CONTROL_MAX_CLIENTS], one_more;

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = rig_connect(rig);
		rig_serve(rig);
	}
	one_more = rig_connect(rig);
	rig_serve(rig);
	rig_expect_error(one_more, "too many clients");
	rig_expect_end(one_more);
	assert_int_equal(control_clients(rig->control), CONTROL_MAX_CLIENTS);
	(void)close(fds[3]);
	rig_serve(rig);
	rig_expect_service(rig);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (i != 3)
			(void)close(fds[i]);
	(void)close(one_more);
}

static void a_flood_of_connections_waits(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	int fd;

	for (int i = 0; i < CONTROL_MAX_CONNECTIONS; i++) {
		(void)close(rig_connect(rig));
		rig_serve(rig);
	}
	fd = rig_connect(rig);
	rig_serve(rig);
	assert_int_equal(control_clients(rig->control), 0);
	rig->now_ns += NS_PER_S;
	control_tick(rig->control, rig->now_ns);
	rig_serve(rig);
	assert_int_equal(control_clients(rig->control), 1);
	rig_expect_service(rig);
	(void)close(fd);
}

static void who_does_not_read_is_cut_off(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	int deaf = rig_connect(rig), hearing = rig_connect(rig);
	struct jsonw *line;

	rig_send(deaf, SUBSCRIBE);
	rig_send(hearing, SUBSCRIBE);
	rig_serve(rig);
	jsonw_free(rig_line(hearing));
	rig->status_padding = 60000;
	/* The kernel's buffer takes some; a status that was not taken is not piled up on. */
	for (int i = 0; i < 60; i++) {
		rig->now_ns += NS_PER_S;
		control_publish(rig->control, rig->now_ns);
		control_tick(rig->control, rig->now_ns);
		rig_serve(rig);
		line = rig_line(hearing);
		assert_string_equal(jsonw_get_string(line, "event"), "status");
		jsonw_free(line);
	}
	assert_int_equal(control_clients(rig->control), 1);
	(void)close(deaf);
	(void)close(hearing);
}

static void a_line_beyond_the_bound_ends_it(void **state)
{
	struct control_rig *rig = control_rig_of(state);
	int fd = rig_connect(rig);

	rig->status_padding = CONTROL_MAX_PENDING;
	rig_send(fd, "{\"version\":1,\"command\":\"status\"}\n");
	rig_serve(rig);
	assert_int_equal(control_clients(rig->control), 0);
	(void)close(fd);
}

static void who_is_gone_is_forgotten(void **state)
{
	struct control_rig *rig = control_rig_of(state);

	for (int i = 0; i < 10; i++) {
		int fd = rig_connect(rig);

		rig_send(fd, i % 2 ? SUBSCRIBE : "{\"version\":1,");
		if (i % 3)
			rig_serve(rig);
		(void)close(fd);
		control_publish(rig->control, rig->now_ns);
	}
	rig_serve(rig);
	assert_int_equal(control_clients(rig->control), 0);
	rig_expect_service(rig);
}

int test_control_hostile(void)
{
#define WITH_RIG(f) cmocka_unit_test_setup_teardown(f, control_rig_set_up, control_rig_tear_down)
	static const struct CMUnitTest tests[] = {
		WITH_RIG(nonsense_gets_one_line_each),
		WITH_RIG(deep_nesting_is_refused),
		WITH_RIG(nul_bytes_are_no_end),
		WITH_RIG(an_endless_line_is_cut_off),
		WITH_RIG(half_a_line_is_cut_off_in_time),
		WITH_RIG(a_flood_of_requests_is_cut_off),
		WITH_RIG(a_busy_client_is_none),
		WITH_RIG(the_seventeenth_is_told_so),
		WITH_RIG(a_flood_of_connections_waits),
		WITH_RIG(who_does_not_read_is_cut_off),
		WITH_RIG(a_line_beyond_the_bound_ends_it),
		WITH_RIG(who_is_gone_is_forgotten),
	};

	return cmocka_run_group_tests_name("control, hostile clients", tests, NULL, NULL);
}
