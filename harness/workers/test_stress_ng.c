// SPDX-License-Identifier: GPL-2.0-or-later
/* stress-ng: how it is found, what it is told, how it ends, and how little it is believed. */
#include "workers/test_rig.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "workers/stress_ng.h"

static char folder[] = "/tmp/memsoak-test-XXXXXX";

/* A program that answers as stress-ng does; @body is what it does beside. */
static const char *fake(const char *name, const char *body)
{
	static char path[64];
	cleanup_free char *text = memory_format(
		"#!/bin/sh\n"
		"[ \"$1\" = --version ] && { echo 'stress-ng, version 0.15.06 (gcc 12)'; exit 0; }\n"
		"[ \"$1\" = --stressors ] && { echo 'cpu vm vm-rw zlib'; exit 0; }\n"
		"%s\n",
		body);

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_write_atomic(path, text, strlen(text), NULL), 0);
	assert_int_equal(chmod(path, 0755), 0);
	return path;
}

static struct profile_stress_ng wanted(const char *options)
{
	struct profile_stress_ng s = {
		.is_there = true,
		.stressors = {{"vm", 2}, {"cpu", 1}},
		.n_stressors = 2,
	};

	(void)snprintf(s.options, sizeof(s.options), "%s", options);
	return s;
}

static void finds(const char *path, const char *options, int code, const char *said)
{
	const char *const paths[] = {"/nonexistent/stress-ng", path, NULL};
	struct profile_stress_ng s = wanted(options);
	struct stress_ng_program program = {0};
	struct err e = {0};

	assert_int_equal(stress_ng_find(paths, &s, &program, &e), code);
	if (code == 0) {
		assert_string_equal(program.path, path);
		assert_string_equal(program.version, said);
		return;
	}
	if (!strstr(e.text, said) || strchr(e.text, '\n'))
		fail_msg("'%s' is not in: %s", said, e.text);
	assert_int_equal(rig_children(), 0);
}

static void found_or_told_why_not(void **state)
{
	(void)state;
	finds(fake("stress-ng", ""), "vm-bytes 8M", 0, "0.15.06");
	finds(NULL, "", -ENOENT, "there is no /nonexistent/stress-ng: install stress-ng");
	finds(fake("stress-ng", ""), "vm-rw 3", -EINVAL, "'vm-rw' is a stressor of stress-ng 0.15.06");
	finds("/bin/false", "", -EIO, "'/bin/false --version' gives no answer");
	finds("/bin/echo", "", -EINVAL, "has no stressor 'vm'");
}

static struct stress_ng *start(const char *path, const char *options)
{
	static struct profile_stress_ng s;
	const struct stress_ng_options how = {
		.wanted = &s, .folder = folder, .seed = 7, .timeout_s = 90};
	struct stress_ng_program program = {0};
	struct stress_ng *started = NULL;
	struct err e = {0};

	s = wanted(options);
	(void)snprintf(program.path, sizeof(program.path), "%s", path);
	if (stress_ng_start(&program, &how, &started, &e) < 0)
		fail_msg("%s", e.text);
	return started;
}

static void wait_for_end(struct stress_ng *s)
{
	uint64_t until_ns = clock_monotonic_ns() + 20 * NS_PER_S;

	while (!stress_ng_reap(s)) {
		assert_true(clock_monotonic_ns() < until_ns);
		(void)clock_sleep_ns(5 * NS_PER_MS);
	}
}

static char *read_named(const char *name)
{
	cleanup_free char *path = memory_format("%s/%s", folder, name);
	char *text = NULL;
	size_t length;

	assert_int_equal(file_read_all(path, &text, &length, NULL), 0);
	return text;
}

static void it_is_told_what_the_profile_says(void **state)
{
	struct stress_ng_result result;
	struct stress_ng *s = start(fake("told", "echo \"$@\""), "vm-bytes 8M, vm-keep, cpu-load 50");
	cleanup_free char *log = NULL, *expected = NULL;

	(void)state;
	wait_for_end(s);
	log = read_named("stress-ng.log");
	expected = memory_format("--vm 2 --cpu 1 --vm-bytes 8M --vm-keep --cpu-load 50 "
				 "--exclude memhotplug --oomable --metrics --seed 7 --timeout 90s "
				 "--temp-path %s/stress-ng --yaml %s/stress-ng.yaml\n",
				 folder, folder);
	assert_string_equal(log, expected);
	stress_ng_result(s, &result);
	assert_int_equal(result.status, 0);
	assert_false(result.was_asked);
	assert_int_equal(result.n_figures, 2);
	assert_false(result.figures[0].is_believed); /* no YAML */
	stress_ng_done(s);
}

/* Dead ones of it are for init to reap. */
static bool group_is_gone(pid_t group)
{
	uint64_t until_ns = clock_monotonic_ns() + 10 * NS_PER_S;

	while (kill(-group, 0) == 0 && clock_monotonic_ns() < until_ns)
		(void)clock_sleep_ns(20 * NS_PER_MS);
	return kill(-group, 0) < 0 && errno == ESRCH;
}

static void asked_to_end_it_ends(void **state)
{
	struct stress_ng *s = start(fake("obeys", "touch $(dirname $0)/stress-ng/left\n"
						  "sleep 60 & trap 'exit 0' TERM; wait"), "");
	cleanup_free char *temporary = memory_format("%s/stress-ng", folder);
	struct stress_ng_result result;

	(void)state;
	(void)clock_sleep_ns(300 * NS_PER_MS);
	assert_false(stress_ng_reap(s));
	stress_ng_ask_to_end(s);
	wait_for_end(s);
	stress_ng_result(s, &result);
	assert_true(result.was_asked);
	assert_false(result.was_killed);
	assert_true(result.ran_ns >= 300 * NS_PER_MS && result.lived_ns >= result.ran_ns);
	assert_true(group_is_gone(stress_ng_pid(s))); /* the sleep was of it */
	assert_int_equal(access(temporary, F_OK), 0);
	stress_ng_done(s);
	assert_int_equal(access(temporary, F_OK), -1);
	assert_int_equal(rig_children(), 0);
}

/* It has said so: a busy host may take long to bring a shell to its first line. */
static void wait_until_deaf(void)
{
	uint64_t until_ns = clock_monotonic_ns() + 60 * NS_PER_S;
	bool is_deaf = false;

	while (!is_deaf) {
		cleanup_free char *log = read_named("stress-ng.log");

		is_deaf = strstr(log, "deaf");
		assert_true(clock_monotonic_ns() < until_ns);
		(void)clock_sleep_ns(5 * NS_PER_MS);
	}
}

static void who_does_not_end_is_killed(void **state)
{
	struct stress_ng *s = start(fake("deaf", "trap '' TERM; echo deaf; sleep 60; sleep 60"), "");
	struct stress_ng_result result;
	pid_t group;

	(void)state;
	wait_until_deaf();
	stress_ng_ask_to_end(s);
	(void)clock_sleep_ns(200 * NS_PER_MS);
	assert_false(stress_ng_reap(s));
	stress_ng_kill(s);
	wait_for_end(s);
	stress_ng_result(s, &result);
	assert_true(result.was_killed);
	assert_int_equal(result.status, SIGKILL);
	stress_ng_done(s);
	s = start(fake("deaf", "trap '' TERM; sleep 60; sleep 60"), "");
	group = stress_ng_pid(s);
	stress_ng_done(s); /* a way out that asks nobody */
	assert_true(group_is_gone(group));
	assert_int_equal(rig_children(), 0);
	stress_ng_done(NULL);
}

/* The one of this host, if there is one: small, for four seconds. */
static void the_real_one_is_understood(void **state)
{
	struct profile_stress_ng s = wanted("vm-bytes 1M, cpu-load 10");
	const struct stress_ng_options how = {
		.wanted = &s, .folder = folder, .seed = 7, .timeout_s = 60};
	struct stress_ng_program program = {0};
	struct stress_ng_result result;
	struct stress_ng *started = NULL;
	struct err e = {0};
	int r = stress_ng_find(NULL, &s, &program, &e);

	(void)state;
	if (r == -ENOENT)
		skip();
	assert_int_equal(r, 0);
	assert_int_equal(stress_ng_start(&program, &how, &started, &e), 0);
	(void)clock_sleep_ns(4 * NS_PER_S);
	assert_false(stress_ng_reap(started));
	stress_ng_ask_to_end(started);
	wait_for_end(started);
	stress_ng_result(started, &result);
	assert_int_equal(result.status, 0);
	assert_true(group_is_gone(stress_ng_pid(started)));
	for (size_t i = 0; i < result.n_figures; i++)
		if (!result.figures[i].is_believed)
			fail_msg("%s: %s", result.figures[i].name, result.figures[i].why);
	stress_ng_done(started);
	assert_int_equal(rig_children(), 0);
}

/* --- what it says of itself -------------------------------------------------------------------- */
static const char yaml_0_15[] =
	"---\nsystem-info:\n      stress-ng-version: 0.15.06\n      uptime: 981\n\nmetrics:\n"
	"    - stressor: vm\n      bogo-ops: 17908\n      bogo-ops-per-second-usr-sys-time: 20792.429828\n"
	"      wall-clock-time: 5.227036\n      user-time: 0.670763\n      max-rss: 18440\n\n"
	"    - stressor: cpu\n      bogo-ops: 1098\n      wall-clock-time: 5.027629\n\n...\n";

static void its_yaml_is_read(void **state)
{
	/* Quoted, a block for each instance, a part behind. */
	static const char later[] =
		"metrics:\r\n    - stressor: \"vm\"\r\n      bogo-ops: 12\r\n      wall-clock-time: 3\r\n"
		"      instances:\n        - instance: 0\n          bogo-ops: 5\n"
		"      wall-clock-time: 9.0\n    - stressor: 'cpu'\n      bogo-ops: many\n"
		"times:\n    - stressor: zlib\n      bogo-ops: 9\n";
	struct stress_ng_claim claims[4];

	(void)state;
	assert_int_equal(stress_ng_read_yaml(yaml_0_15, strlen(yaml_0_15), claims, 4), 2);
	assert_string_equal(claims[0].name, "vm");
	assert_int_equal(claims[0].bogo_ops, 17908);
	assert_int_equal(claims[0].wall_ns, 5227036000);
	assert_string_equal(claims[1].name, "cpu");
	assert_int_equal(claims[1].wall_ns, 5027629000);
	assert_int_equal(stress_ng_read_yaml(later, strlen(later), claims, 4), 2);
	assert_string_equal(claims[0].name, "vm");
	assert_int_equal(claims[0].bogo_ops, 12);
	assert_int_equal(claims[0].wall_ns, 3 * NS_PER_S);
	assert_string_equal(claims[1].name, "cpu");
	assert_false(claims[1].has_bogo_ops);
	assert_int_equal(stress_ng_read_yaml(yaml_0_15, strlen(yaml_0_15), claims, 1), 1);
}

/* Cut anywhere, and with any byte in place of any: no more than that it is read. */
static void any_bytes_are_read(void **state)
{
	struct stress_ng_claim claims[4];
	char text[sizeof(yaml_0_15)];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++) {
		cleanup_free char *cut = memory_alloc(1, i + 1);

		memcpy(cut, yaml_0_15, i);
		assert_true(stress_ng_read_yaml(cut, i, claims, 4) <= 2);
		for (int byte = 0; byte < 256; byte += 5) {
			memcpy(text, yaml_0_15, sizeof(text));
			text[i] = (char)byte;
			assert_true(stress_ng_read_yaml(text, sizeof(text), claims, 4) <= 4);
		}
	}
}

static void weighs(uint64_t ran_s, uint64_t wall_ms, int status, const char *why)
{
	const struct stress_ng_claim claim = {"vm", true, true, 160124751, wall_ms * NS_PER_MS};
	const struct stress_ng_result result = {
		.status = status, .was_asked = true, .ran_ns = ran_s * NS_PER_S,
		.lived_ns = (ran_s + 2) * NS_PER_S};
	struct stress_ng_figures figures = {0};

	stress_ng_weigh(&claim, &result, &figures);
	if (figures.is_believed != (why == NULL) || (why && !strstr(figures.why, why)))
		fail_msg("%llu of %llu: %s", (unsigned long long)wall_ms, (unsigned long long)ran_s,
			 figures.why);
	assert_int_equal(figures.bogo_ops, why ? 0 : 160124751);
}

static void what_cannot_be_true_is_not_believed(void **state)
{
	const struct stress_ng_claim half = {"vm", true, false, 7, 0};
	const struct stress_ng_result well = {.ran_ns = 60 * NS_PER_S, .lived_ns = 61 * NS_PER_S};
	struct stress_ng_figures figures = {.is_believed = true};

	(void)state;
	weighs(60, 60000, 0, NULL);
	weighs(60, 57500, 0, NULL);
	weighs(60, 62000, 0, NULL);
	weighs(60, 56000, 0, "ran for 56000 ms, and it was let run for 60000 ms");
	weighs(60, 70000, 0, "not believed");
	weighs(60, 0, 0, "ran for 0 ms"); /* 0.15.06 after a SIGKILL of an instance */
	weighs(5, 2500, 0, NULL);	  /* it takes seconds to begin on a slow guest */
	weighs(5, 1500, 0, "not believed");
	weighs(2, 0, 0, "not believed");
	weighs(60, 60000, 2 << 8, "ended with status 2");
	weighs(60, 60000, SIGKILL, "ended with signal 9");
	stress_ng_weigh(&half, &well, &figures);
	assert_false(figures.is_believed);
	figures.is_believed = true;
	stress_ng_weigh(NULL, &well, &figures);
	assert_false(figures.is_believed);
	assert_string_equal(figures.why, "stress-ng has left no figures of it");
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return file_remove_tree(folder);
}

int test_stress_ng(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_or_told_why_not),
		cmocka_unit_test(it_is_told_what_the_profile_says),
		cmocka_unit_test(asked_to_end_it_ends),
		cmocka_unit_test(who_does_not_end_is_killed),
		cmocka_unit_test(the_real_one_is_understood),
		cmocka_unit_test(its_yaml_is_read),
		cmocka_unit_test(any_bytes_are_read),
		cmocka_unit_test(what_cannot_be_true_is_not_believed),
	};

	return cmocka_run_group_tests_name("workers: stress-ng", tests, make_folder, remove_folder);
}
