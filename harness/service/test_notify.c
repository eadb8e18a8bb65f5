// SPDX-License-Identifier: GPL-2.0-or-later
/* What reaches the service manager, heard at its own socket. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "service/notify.h"
#include "service/test_service.h"

struct manager {
	char folder[64], path[96];
	int fd;
};

static int set_up(void **state)
{
	struct manager *m = calloc(1, sizeof(*m));
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (!m)
		return -1;
	*state = m;
	(void)strcpy(m->folder, "/tmp/memsoak-notify.XXXXXX");
	if (!mkdtemp(m->folder))
		return -1;
	(void)snprintf(m->path, sizeof(m->path), "%s/notify", m->folder);
	(void)strcpy(address.sun_path, m->path);
	m->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return bind(m->fd, (const struct sockaddr *)&address, sizeof(address));
}

static int tear_down(void **state)
{
	struct manager *m = *state;

	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	(void)close(m->fd);
	(void)unlink(m->path);
	(void)rmdir(m->folder);
	free(m);
	return 0;
}

static void expect(struct manager *m, const char *text)
{
	char heard[512];
	ssize_t n = recv(m->fd, heard, sizeof(heard) - 1, 0);

	assert_true(n > 0);
	heard[n] = '\0';
	if (strncmp(heard, text, strlen(text)) != 0)
		fail_msg("wanted '%s', heard '%s'", text, heard);
}

static void expect_silence(struct manager *m)
{
	char heard[512];

	assert_int_equal(recv(m->fd, heard, sizeof(heard), 0), -1);
}

static void each_word_is_heard(void **state)
{
	struct manager *m = *state;

	assert_int_equal(setenv("NOTIFY_SOCKET", m->path, 1), 0);
	notify_open();
	assert_true(notify_is_managed());
	notify_ready("probes armed");
	expect(m, "READY=1\nSTATUS=probes armed");
	notify_status("cycle 12");
	expect(m, "STATUS=cycle 12");
	notify_reloading();
	expect(m, "RELOADING=1\nMONOTONIC_USEC=");
	notify_more_time(120 * NS_PER_S);
	expect(m, "EXTEND_TIMEOUT_USEC=120000000");
	notify_stopping("restoring");
	expect(m, "STOPPING=1\nSTATUS=restoring");
	expect_silence(m);
}

static void without_a_manager_nothing_is_said(void **state)
{
	struct manager *m = *state;

	(void)unsetenv("NOTIFY_SOCKET");
	notify_open();
	assert_false(notify_is_managed());
	notify_ready("nobody hears");
	notify_alive(1000 * NS_PER_S);
	expect_silence(m);
}

static void signs_of_life_come_four_times_in_a_period(void **state)
{
	struct manager *m = *state;
	unsigned int heard = 0;
	char text[64];

	assert_int_equal(setenv("NOTIFY_SOCKET", m->path, 1), 0);
	assert_int_equal(setenv("WATCHDOG_USEC", "60000000", 1), 0);
	(void)snprintf(text, sizeof(text), "%d", (int)getpid());
	assert_int_equal(setenv("WATCHDOG_PID", text, 1), 0);
	notify_open();
	for (uint64_t now_ns = 1000 * NS_PER_S; now_ns < 1120 * NS_PER_S; now_ns += 100 * NS_PER_MS) {
		notify_alive(now_ns);
		while (recv(m->fd, text, sizeof(text), 0) > 0)
			heard++;
	}
	assert_int_equal(heard, 8);
}

static void a_watchdog_of_somebody_else_is_none_of_ours(void **state)
{
	struct manager *m = *state;

	assert_int_equal(setenv("NOTIFY_SOCKET", m->path, 1), 0);
	assert_int_equal(setenv("WATCHDOG_USEC", "60000000", 1), 0);
	assert_int_equal(setenv("WATCHDOG_PID", "1", 1), 0);
	notify_open();
	notify_alive(1000 * NS_PER_S);
	expect_silence(m);
}

static void the_catalogue_explains_each_milestone(void **state)
{
	char *catalogue = NULL, wanted[64];
	size_t length;

	(void)state;
	assert_int_equal(file_read_all("systemd/memsoak.catalog", &catalogue, &length, NULL), 0);
	for (int i = 0; i < MILESTONE_MAX; i++) {
		const char *id = milestone_id((enum milestone)i);

		assert_int_equal(strlen(id), 32);
		(void)snprintf(wanted, sizeof(wanted), "-- %s\nSubject: ", id);
		if (!strstr(catalogue, wanted))
			fail_msg("systemd/memsoak.catalog has no %s", id);
	}
	free(catalogue);
}

int test_notify(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_word_is_heard, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_manager_nothing_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(signs_of_life_come_four_times_in_a_period, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_watchdog_of_somebody_else_is_none_of_ours, set_up,
						tear_down),
		cmocka_unit_test(the_catalogue_explains_each_milestone),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
