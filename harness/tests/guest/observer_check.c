// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In the guest: arms each source of migration counts in turn and moves pages of its own, whose
 * fate it knows. Prints "ok NAME" or "not ok NAME # why"; ends 1 when something was not ok.
 * It takes CPU 1 offline for a moment and pins pages: for a lab guest only.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "observe/observe.h"

#define PAGES 64
#define PINNED 8
#define TOUCH_ROUNDS 20000
#define MOVE_ALL_FLAG 4 /* MPOL_MF_MOVE_ALL */
#define CPU1 "sys/devices/system/cpu/cpu1/online"

static struct fsio root;
static int failures;
static const char *stage = "";
static char *pages;
static size_t page_size;

__attribute__((format(printf, 3, 4)))
static void check(bool is_good, const char *name, const char *format, ...)
{
	va_list args;

	(void)printf("%s %s: %s", is_good ? "ok" : "not ok", stage, name);
	if (!is_good) {
		failures++;
		(void)fputs(" # ", stdout);
		va_start(args, format);
		(void)vprintf(format, args);
		va_end(args);
	}
	(void)putchar('\n');
	(void)fflush(stdout);
}

static void check_equal(const struct measured *m, uint64_t wanted, const char *name)
{
	check(m->known && m->value == wanted, name, "%s%llu, wanted %llu",
	      m->known ? "" : "unknown, ", (unsigned long long)m->value,
	      (unsigned long long)wanted);
}

static void check_some(const struct measured *m, const char *name)
{
	check(m->known && m->value > 0, name, "%s%llu", m->known ? "" : "unknown, ",
	      (unsigned long long)m->value);
}

static void check_unknown(const struct measured *m, const char *name)
{
	check(!m->known, name, "pretends to be %llu", (unsigned long long)m->value);
}

/* Moves the first @n pages to @node; the number that are there afterwards. */
static unsigned int move(size_t n, int node)
{
	void *addresses[PAGES];
	int nodes[PAGES], status[PAGES];
	unsigned int there = 0;

	for (size_t i = 0; i < n; i++) {
		addresses[i] = pages + i * page_size;
		nodes[i] = node;
	}
	(void)syscall(SYS_move_pages, 0, n, addresses, nodes, status, MOVE_ALL_FLAG);
	(void)syscall(SYS_move_pages, 0, n, addresses, NULL, status, 0);
	for (size_t i = 0; i < n; i++)
		there += status[i] == node;
	return there;
}

/* Back to node 0, all of them, before the counting begins: a page held for a moment ends a call. */
static void reset(void)
{
	memset(pages, 1, PAGES * page_size);
	for (int tries = 0; move(PAGES, 0) < PAGES && tries < 20; tries++)
		(void)clock_sleep_ns(50 * NS_PER_MS);
}

/* References on the first PINNED pages, until the pipe is closed. */
static bool pin(int pipe_fds[2])
{
	struct iovec range = {.iov_base = pages, .iov_len = PINNED * page_size};

	return pipe2(pipe_fds, O_CLOEXEC) == 0 &&
	       vmsplice(pipe_fds[1], &range, 1, SPLICE_F_NONBLOCK) == (ssize_t)range.iov_len;
}

static char *tracing_state(void)
{
	cleanup_free char *events = NULL, *instances = NULL;
	FILE *list =
		popen("ls /sys/kernel/tracing/instances; cat /sys/kernel/tracing/set_event", "re");
	char line[256] = "";
	size_t used = 0;

	if (file_read_all("/sys/kernel/tracing/kprobe_events", &events, &used, NULL) < 0)
		events = memory_string("no kprobe_events\n");
	instances = memory_string("");
	while (list && fgets(line, sizeof(line), list)) {
		char *longer = memory_format("%s%s", instances, line);

		free(instances);
		instances = longer;
	}
	if (list)
		(void)pclose(list);
	return memory_format("%s--\n%s", events, instances);
}

static void check_left(const char *before, const char *name)
{
	cleanup_free char *now = tracing_state();

	check(strcmp(before, now) == 0, name, "was:\n%sis:\n%s", before, now);
}

static bool has_hist(void) /* Debian 11's kernel has no hist triggers */
{
	return access("/sys/kernel/tracing/events/migrate/mm_migrate_pages/hist", F_OK) == 0;
}

static bool open_source(enum count_source source, const char *group, struct observer **o)
{
	char why[OBSERVER_WHY_SIZE] = "";
	struct err e = {0};

	stage = source == SOURCE_MAX ? "the best source" : count_source_name(source);
	if (observer_open(&root, group, source, OBSERVE_ALLOCATIONS, o, why, &e) < 0) {
		bool is_expected =
			!has_hist() && (source == SOURCE_HIST || source == SOURCE_TRACEPOINT);

		check(is_expected && strstr(e.text, "CONFIG_HIST_TRIGGERS"),
		      is_expected ? "cannot be had, and it is said why" : "can be had", "%s",
		      e.text);
		return false;
	}
	check(source == SOURCE_MAX || observer_source(*o) == source, "is what was asked for", "%s",
	      count_source_name(observer_source(*o)));
	check(why[0] == '\0', "gives all it can", "%s", why);
	return true;
}

struct driver {
	struct observer *o;
	struct migration_counts counts;
};

static void attach(struct driver *d)
{
	struct err e = {0};

	check(observer_attach(d->o, OBSERVED_MOVE_PAGES, gettid(), &e) == 0, "takes a thread", "%s",
	      e.text);
}

static void read_driver(struct driver *d)
{
	observer_read_driver(d->o, OBSERVED_MOVE_PAGES, &d->counts);
}

static atomic_bool is_touching;

static void *touch(void *unused)
{
	volatile char *page = pages;

	while (atomic_load_explicit(&is_touching, memory_order_relaxed))
		(void)*page;
	return unused;
}

static void check_waits(struct observer *o)
{
	struct migration_counts total;
	pthread_t toucher;
	int rounds = 0;

	reset();
	observer_read_total(o, &total);
	check_equal(&total.waits, 0, "no waits without a faulter");
	atomic_store(&is_touching, true);
	if (pthread_create(&toucher, NULL, touch, NULL) != 0)
		return;
	do {
		for (int i = 0; i < 100; i++)
			(void)move(1, (rounds + i) % 2 ? 0 : 1);
		rounds += 100;
		observer_read_total(o, &total);
	} while (total.waits.value == 0 && rounds < TOUCH_ROUNDS);
	atomic_store(&is_touching, false);
	(void)pthread_join(toucher, NULL);
	check_some(&total.waits, "waits with a faulter");
}

/* Sources that see every attempt. */
static void check_attempts(struct driver *d)
{
	struct migration_counts total;
	struct measured misses;
	int pipe_fds[2];

	reset();
	attach(d);
	check(move(PAGES, 1) == PAGES, "pages move", "not all");
	read_driver(d);
	check_equal(&d->counts.attempts, PAGES, "one attempt a page");
	check_equal(&d->counts.succeeded, PAGES, "every attempt succeeded");
	check_equal(&d->counts.eagain, 0, "no EAGAIN without a reference");
	check_equal(&d->counts.allocations, PAGES, "one allocation a page");
	check_equal(&d->counts.allocations_locked, 0, "no source is locked when nobody else has it");
	observer_read_driver(d->o, OBSERVED_OFFLINE, &total);
	check_equal(&total.attempts, 0, "nothing for the other driver");
	observer_detach(d->o, OBSERVED_MOVE_PAGES);
	(void)move(PAGES, 0);
	read_driver(d);
	check_equal(&d->counts.attempts, PAGES, "detached: kept, and no more");
	attach(d);
	read_driver(d);
	check_equal(&d->counts.attempts, PAGES, "attached again: goes on from there");
	if (!pin(pipe_fds)) {
		check(false, "pins pages", "%s", strerror(errno));
		return;
	}
	check(move(PINNED, 1) == 0, "pinned pages stay", "some moved");
	read_driver(d);
	check_some(&d->counts.eagain, "EAGAIN with references");
	check_equal(&d->counts.attempts, PAGES + d->counts.eagain.value,
		    "attempts are successes and EAGAIN");
	check_equal(&d->counts.succeeded, PAGES, "no further success");
	(void)close(pipe_fds[0]);
	(void)close(pipe_fds[1]);
	check(move(PINNED, 1) == PINNED, "released pages move", "not all");
	observer_read_total(d->o, &total);
	check(total.attempts.known &&
		      total.attempts.value >= 2 * PAGES + PINNED + d->counts.eagain.value,
	      "the total has all of it", "%llu", (unsigned long long)total.attempts.value);
	check_unknown(&total.failed_pages, "does not know of pages given up");
	check_waits(d->o);
	observer_probe_misses(d->o, &misses);
	check_equal(&misses, 0, "no probe was missed");
}

/* Sources that see only what calls came to. */
static void check_results(struct driver *d, bool has_threads)
{
	struct migration_counts before, total;
	struct measured misses;
	int pipe_fds[2];

	reset();
	attach(d);
	(void)clock_sleep_ns(3 * NS_PER_S); /* vmstat is folded every second */
	observer_read_total(d->o, &before);
	(void)move(PAGES, 1);
	if (!pin(pipe_fds))
		check(false, "pins pages", "%s", strerror(errno));
	(void)move(PINNED, 0);
	(void)clock_sleep_ns(3 * NS_PER_S);
	observer_read_total(d->o, &total);
	(void)close(pipe_fds[0]);
	(void)close(pipe_fds[1]);
	check(total.migrated_pages.known &&
		      total.migrated_pages.value - before.migrated_pages.value == PAGES,
	      "pages moved", "%llu, before %llu", (unsigned long long)total.migrated_pages.value,
	      (unsigned long long)before.migrated_pages.value);
	check(total.failed_pages.known &&
		      total.failed_pages.value - before.failed_pages.value == PINNED,
	      "pages given up", "%llu, before %llu", (unsigned long long)total.failed_pages.value,
	      (unsigned long long)before.failed_pages.value);
	check_unknown(&total.attempts, "no attempts");
	check_unknown(&total.eagain, "no EAGAIN");
	check_unknown(&total.waits, "no waits");
	check_unknown(&total.allocations, "no allocations");
	check_unknown(&total.allocations_locked, "none with the source locked");
	observer_probe_misses(d->o, &misses);
	check_unknown(&misses, "no misses");
	read_driver(d);
	check_unknown(&d->counts.eagain, "no EAGAIN of a driver");
	if (!has_threads) {
		check_unknown(&d->counts.migrated_pages, "no pages of a driver");
		return;
	}
	check_equal(&d->counts.migrated_pages, PAGES, "pages moved by the driver");
	check_equal(&d->counts.failed_pages, PINNED, "pages given up by the driver");
}

static void check_cpus(struct driver *d)
{
	struct migration_counts total;

	attach(d);
	if (fsio_write_text(&root, "0", CPU1) < 0) {
		check(false, "CPU 1 goes offline", "not possible here");
		return;
	}
	(void)clock_sleep_ns(100 * NS_PER_MS);
	observer_read_total(d->o, &total);
	check(total.attempts.known, "exact while a CPU is offline", "unknown");
	(void)fsio_write_text(&root, "1", CPU1);
	(void)clock_sleep_ns(100 * NS_PER_MS);
	observer_read_total(d->o, &total);
	check_unknown(&total.attempts, "the total is unknown when it is back uncounted");
	reset();
	read_driver(d);
	check(d->counts.attempts.known && d->counts.attempts.value >= PAGES,
	      "a driver's share stays exact", "%llu", (unsigned long long)d->counts.attempts.value);
}

/* A child that dies without closing, as by SIGKILL. */
static void leave_behind(enum count_source source)
{
	cleanup_free char *group = NULL;
	struct observer *o;
	pid_t child = fork();

	if (child == 0) {
		group = memory_format(OBSERVER_GROUP_PREFIX "%d", (int)getpid());
		(void)observer_open(&root, group, source, OBSERVE_ALLOCATIONS, &o, NULL, NULL);
		_exit(0);
	}
	(void)waitpid(child, NULL, 0);
}

static void check_stale(const char *before)
{
	cleanup_free char *group = memory_format(OBSERVER_GROUP_PREFIX "%d", (int)getpid());
	unsigned int removed = 0;
	struct observer *o;
	struct err e = {0};

	leave_behind(SOURCE_PERF_KPROBE);
	leave_behind(SOURCE_HIST);
	leave_behind(SOURCE_TRACEPOINT);
	(void)prctl(PR_SET_NAME, "memsoakd");
	if (!open_source(has_hist() ? SOURCE_HIST : SOURCE_PERF_KPROBE, group, &o))
		return;
	stage = "stale probes";
	check(observer_remove_stale(&root, &removed, &e) == 0, "are removed", "%s", e.text);
	/* Five probes; five and their instance; an instance. Without hist the first only. */
	check(removed == (has_hist() ? 12 : 5), "all of them", "%u", removed);
	check(observer_remove_stale(&root, &removed, &e) == 0 && removed == 0,
	      "a living daemon's are left alone", "%u removed, %s", removed, e.text);
	observer_close(o);
	check_left(before, "nothing is left");
}

int main(void)
{
	cleanup_free char *group = memory_format(OBSERVER_GROUP_PREFIX "%d", (int)getpid());
	cleanup_free char *before = tracing_state();
	struct driver d = {0};

	page_size = (size_t)sysconf(_SC_PAGESIZE);
	pages = mmap(NULL, PAGES * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	if (pages == MAP_FAILED || fsio_open(&root, NULL, NULL) < 0)
		return 1;
	(void)madvise(pages, PAGES * page_size, MADV_NOHUGEPAGE);
	for (int source = 0; source < SOURCE_NONE; source++) {
		if (!open_source((enum count_source)source, group, &d.o))
			continue;
		if (source == SOURCE_PERF_KPROBE || source == SOURCE_HIST)
			check_attempts(&d);
		else
			check_results(&d, source == SOURCE_TRACEPOINT);
		observer_close(d.o);
		check_left(before, "leaves tracefs as it was");
	}
	if (open_source(SOURCE_MAX, group, &d.o)) {
		check(observer_source(d.o) == SOURCE_PERF_KPROBE, "is perf on kprobes", "%s",
		      count_source_name(observer_source(d.o)));
		check_cpus(&d);
		observer_close(d.o);
	}
	check_stale(before);
	return failures ? 1 : 0;
}
