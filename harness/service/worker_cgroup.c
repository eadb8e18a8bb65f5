// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/worker_cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "service/cgroup_libcgroup.h"
#include "record/record_poison.h"
#include "service/cgroup_place.h"
#include "service/cgroup_traces.h"

#define CONTROL "/sys/fs/cgroup%s/cgroup.subtree_control"
#define MAX_VALUES 4
#define EMPTY_NS (10 * NS_PER_S)
#define POLL_NS (10 * NS_PER_MS)

/* What is written for each bound, by version of the interface. */
static const struct {
	const char *controller, *names[CGROUP_MODE_MAX];
} bounds_table[MAX_VALUES] = {
	{"memory", {[CGROUP_V2] = "memory.max", [CGROUP_V1] = "memory.limit_in_bytes"}},
	{"pids", {[CGROUP_V2] = "pids.max", [CGROUP_V1] = "pids.max"}},
	{"cpuset", {[CGROUP_V2] = "cpuset.cpus", [CGROUP_V1] = "cpuset.cpus"}},
	{"cpuset", {[CGROUP_V2] = "cpuset.mems", [CGROUP_V1] = "cpuset.mems"}},
};

struct worker_cgroup {
	struct cgroup_place place;
	char why[512]; /* "": there is a group */
	struct {
		char text[64];		  /* wanted */
		const char *controller, *name;
		char *kept;		  /* read back; owned */
	} values[MAX_VALUES];
	size_t n_values;
	char *directories[CGROUP_CONTROLLERS]; /* of the group, by place; owned */
	int fds[CGROUP_CONTROLLERS];
	struct worker_home home;
	char *added; /* "FILE memory pids": controllers that were not on above it; NULL: none; owned
		      */
	uint64_t oom_kills_told;
};

const struct worker_home *worker_cgroup_home(const struct worker_cgroup *c)
{
	return c && c->home.n_cgroup_fds ? &c->home : NULL;
}

const char *worker_cgroup_folder(const struct worker_cgroup *c)
{
	if (!worker_cgroup_home(c) || c->place.mode != CGROUP_V2)
		return NULL;
	return c->directories[0] + strspn(c->directories[0], "/");
}

const char *worker_cgroup_why(const struct worker_cgroup *c)
{
	return c->why;
}

static char *group_name(const struct worker_cgroup *c, size_t at)
{
	const char *parent = c->place.at[at].parent;

	return memory_format("%s%s" CGROUP_WORKERS, parent[0] ? parent + 1 : "",
			     parent[0] ? "/" : "");
}

static char *read_file(const struct worker_cgroup *c, size_t at, const char *name)
{
	cleanup_free char *path = memory_format("%s/%s", c->directories[at], name);
	char *text = NULL;
	size_t length;

	if (file_read_all(path, &text, &length, NULL) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* Where the group has that controller; n: nowhere. */
static size_t place_of(const struct worker_cgroup *c, const char *controller)
{
	size_t at = 0;

	while (at < c->place.n && strcmp(c->place.at[at].controller, controller) != 0)
		at++;
	return at;
}

static void choose_values(struct worker_cgroup *c, const struct worker_bounds *bounds)
{
	char memory[32], tasks[32];
	const char *const texts[MAX_VALUES] = {memory, tasks, bounds->cpus, bounds->nodes};
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);

	/* The kernel rounds it down to whole pages, and would be caught at it. */
	(void)snprintf(memory, sizeof(memory), "%" PRIu64,
		       bounds->memory_bytes / page_size * page_size);
	(void)snprintf(tasks, sizeof(tasks), "%" PRIu64, bounds->tasks);
	for (size_t i = 0; i < MAX_VALUES; i++) {
		if (place_of(c, bounds_table[i].controller) == c->place.n || !texts[i] ||
		    strlen(texts[i]) >= sizeof(c->values[0].text))
			continue;
		(void)strcpy(c->values[c->n_values].text, texts[i]);
		c->values[c->n_values].controller = bounds_table[i].controller;
		c->values[c->n_values++].name = bounds_table[i].names[c->place.mode];
	}
}

/* One hierarchy has all controllers in version 2, each may have its own in version 1. */
static size_t values_of(const struct worker_cgroup *c, size_t at, struct cgroup_value *values)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_values; i++)
		if (c->place.mode == CGROUP_V2 ||
		    strcmp(c->values[i].controller, c->place.at[at].controller) == 0)
			values[n++] = (struct cgroup_value){c->values[i].controller,
							    c->values[i].name, c->values[i].text};
	return n;
}

static size_t n_groups(const struct worker_cgroup *c)
{
	return c->place.mode == CGROUP_V2 ? 1 : c->place.n;
}

static int make_groups(struct worker_cgroup *c, struct err *e)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < n_groups(c); at++) {
		cleanup_free char *name = group_name(c, at);
		cleanup_free char *procs = NULL;
		struct cgroup_value values[MAX_VALUES];
		size_t n = values_of(c, at, values);

		c->directories[at] = memory_format("%s/%s", c->place.at[at].mount, name);
		r = libcgroup_create(name, values, n, e);
		if (r < 0)
			break;
		procs = memory_format("%s/cgroup.procs", c->directories[at]);
		c->fds[at] = open(procs, O_WRONLY | O_CLOEXEC);
		if (c->fds[at] < 0)
			r = err_errno(e, -errno, "libcgroup says that it has made '%s', but", procs);
	}
	return r;
}

/* What the kernel keeps has to be what was asked for. */
static int read_back(struct worker_cgroup *c, struct err *e)
{
	for (size_t i = 0; i < c->n_values; i++) {
		size_t at = c->place.mode == CGROUP_V2 ? 0 : place_of(c, c->values[i].controller);

		c->values[i].kept = read_file(c, at, c->values[i].name);
		if (!c->values[i].kept || strcmp(c->values[i].kept, c->values[i].text) != 0)
			return err_set(e, -EIO, "'%s' was written to %s of '%s' and it is '%s'",
				       c->values[i].text, c->values[i].name, c->directories[at],
				       c->values[i].kept ? c->values[i].kept : "not there");
	}
	return 0;
}

/* Version 2: what stands in the file that hands controllers on to groups; the caller's, or NULL. */
static char *handed_on(const struct worker_cgroup *c)
{
	cleanup_free char *path = memory_format(CONTROL, c->place.at[0].parent);
	char *text = NULL;
	size_t length;

	if (c->place.mode != CGROUP_V2 || file_read_all(path, &text, &length, NULL) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static bool is_in(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

static void note_added(struct worker_cgroup *c, const char *before)
{
	cleanup_free char *now = handed_on(c);
	char *word, *next = NULL;

	if (!before || !now)
		return;
	for (word = strtok_r(now, " ", &next); word; word = strtok_r(NULL, " ", &next)) {
		char *longer;

		if (is_in(before, word))
			continue;
		if (!c->added)
			c->added = memory_format(CONTROL, c->place.at[0].parent);
		longer = memory_format("%s %s", c->added, word);
		free(c->added);
		c->added = longer;
	}
}

void worker_cgroup_record(const struct worker_cgroup *c, struct recorder *recorder)
{
	/* The last is undone first. */
	if (c->added)
		(void)record_prepared(recorder, CGROUP_WHAT_CONTROLLERS, c->added);
	for (size_t at = 0; at < CGROUP_CONTROLLERS; at++)
		if (c->directories[at])
			(void)record_prepared(recorder, CGROUP_WHAT_GROUP, c->directories[at]);
}

void worker_cgroup_record_end(const struct worker_cgroup *c, struct recorder *recorder)
{
	for (size_t at = 0; at < CGROUP_CONTROLLERS; at++)
		if (c->directories[at])
			record_prepared_undone(recorder, CGROUP_WHAT_GROUP, c->directories[at], 0);
	if (c->added)
		record_prepared_undone(recorder, CGROUP_WHAT_CONTROLLERS, c->added, 0);
}

static void remove_groups(struct worker_cgroup *c)
{
	for (size_t at = 0; at < CGROUP_CONTROLLERS; at++) {
		struct cgroup_value values[MAX_VALUES];

		if (c->fds[at] >= 0)
			(void)close(steal_fd(&c->fds[at]));
		if (!c->directories[at])
			continue;
		if (access(c->directories[at], F_OK) == 0) {
			cleanup_free char *name = group_name(c, at);

			(void)libcgroup_delete(name, values, values_of(c, at, values), NULL);
			(void)rmdir(c->directories[at]); /* when libcgroup has not, for all that it says */
		}
		free(steal_ptr(&c->directories[at]));
	}
	if (c->added)
		(void)cgroup_undo(CGROUP_WHAT_CONTROLLERS, c->added);
	free(steal_ptr(&c->added));
	c->home = (struct worker_home){0};
}

struct worker_cgroup *worker_cgroup_open(const struct worker_bounds *bounds)
{
	struct worker_cgroup *c = memory_alloc(1, sizeof(*c));
	struct err e = {0};
	int r;

	for (size_t at = 0; at < CGROUP_CONTROLLERS; at++)
		c->fds[at] = -1;
	r = cgroup_find_place(&c->place, &e);
	if (r == 0) {
		cleanup_free char *before = handed_on(c);

		choose_values(c, bounds);
		r = make_groups(c, &e);
		note_added(c, before);
	}
	if (r == 0)
		r = read_back(c, &e);
	if (r < 0) {
		(void)snprintf(c->why, sizeof(c->why), "%s", e.text);
		remove_groups(c);
		c->place.mode = CGROUP_NONE;
		return c;
	}
	c->home = (struct worker_home){.cgroup_fds = c->fds, .n_cgroup_fds = n_groups(c)};
	return c;
}

/* Who is in it now, by the caller's; 0: nobody, there is none, or it cannot be read. */
static size_t read_pids(const struct worker_cgroup *c, pid_t **ret_pids)
{
	cleanup_free char *path = NULL, *text = NULL;
	size_t length, n = 0;
	char *at, *end;

	*ret_pids = NULL;
	if (!worker_cgroup_home(c))
		return 0;
	path = memory_format("%s/cgroup.procs", c->directories[0]);
	if (file_read_all(path, &text, &length, NULL) < 0)
		return 0;
	*ret_pids = memory_alloc(length / 2 + 1, sizeof(**ret_pids));
	for (at = text; *at; at = *end ? end + 1 : end) {
		long pid = strtol(at, &end, 10);

		if (end == at)
			break;
		(*ret_pids)[n++] = (pid_t)pid;
	}
	return n;
}

size_t worker_cgroup_holds(const struct worker_cgroup *c, const pid_t *pids, size_t n)
{
	cleanup_free pid_t *inside = NULL;
	size_t n_inside = read_pids(c, &inside), held = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n_inside; k++)
			if (inside[k] == pids[i]) {
				held++;
				break;
			}
	return held;
}

/* "oom_kill N" stands in memory.events, in version 1 in memory.oom_control (since 4.13). */
uint64_t worker_cgroup_oom_kills(struct worker_cgroup *c)
{
	size_t at = c->place.mode == CGROUP_V2 ? 0 : place_of(c, "memory");
	cleanup_free char *path = NULL, *text = NULL;
	uint64_t kills = 0, before = c->oom_kills_told;
	size_t length;
	char *line;

	if (!worker_cgroup_home(c) || at >= CGROUP_CONTROLLERS || !c->directories[at])
		return 0;
	path = memory_format("%s/%s", c->directories[at],
			     c->place.mode == CGROUP_V2 ? "memory.events" : "memory.oom_control");
	if (file_read_all(path, &text, &length, NULL) < 0)
		return 0;
	line = strstr(text, "oom_kill ");
	if (line)
		kills = strtoull(line + strlen("oom_kill "), NULL, 10);
	c->oom_kills_told = kills;
	return kills > before ? kills - before : 0;
}

char *worker_cgroup_describe(const struct worker_cgroup *c)
{
	char *text = memory_format("%s: %s", cgroup_mode_name(c->place.mode),
				   c->why[0] ? c->why : c->directories[0]);

	for (size_t i = 0; i < c->n_values && !c->why[0]; i++) {
		char *longer = memory_format("%s, %s %s", text, c->values[i].name, c->values[i].kept);

		free(text);
		text = longer;
	}
	return text;
}

/*
 * The workers were told to end and have ended; this is for those that have not, and for what stress-ng
 * has left. cgroup.kill (5.14 and later, version 2) misses no one that forks meanwhile; elsewhere it is
 * done again until nobody is left.
 */
static void kill_all(const struct worker_cgroup *c)
{
	uint64_t until_ns = clock_monotonic_ns() + EMPTY_NS;
	cleanup_free char *path = memory_format("%s/cgroup.kill", c->directories[0]);

	while (clock_monotonic_ns() < until_ns) {
		cleanup_free pid_t *pids = NULL;
		size_t n = read_pids(c, &pids);
		cleanup_close int fd = n > 0 ? open(path, O_WRONLY | O_CLOEXEC) : -1;

		if (n == 0)
			return;
		if (fd < 0 || write(fd, "1", 1) != 1)
			for (size_t i = 0; i < n; i++)
				if (pids[i] > 0) /* 0: one of another PID namespace */
					(void)kill(pids[i], SIGKILL);
		(void)clock_sleep_ns(POLL_NS);
	}
}

void worker_cgroup_close(struct worker_cgroup *c)
{
	if (!c)
		return;
	if (worker_cgroup_home(c))
		kill_all(c);
	remove_groups(c);
	for (size_t i = 0; i < c->n_values; i++)
		free(c->values[i].kept);
	free(c);
}
