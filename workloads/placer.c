// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The aiming helper: takes requests over a socket, puts pages of other processes where they are
 * wanted, answers with counts. A process of its own, because it takes much memory for a moment:
 * should the kernel run out of it, this process is what it ends first.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "workloads/place.h"
#include "workloads/registry.h"

/* The moves race with threads that keep all CPUs busy. */
#define PRIORITY (-15)

static const place_task tasks[] = {
	[PLACER_WHERE] = place_where,
	[PLACER_PLACE] = place_pages,
	[PLACER_HOME] = place_home,
};
_Static_assert(ARRAY_SIZE(tasks) == PLACER_TASKS, "a function for each task");

static ssize_t receive(int fd, void *buffer, size_t size)
{
	ssize_t n;

	do
		n = recv(fd, buffer, size, 0);
	while (n < 0 && errno == EINTR);
	return n;
}

/* 1: a request; 0: the other end is closed. */
static int receive_request(int fd, struct placer_request *request, struct err *e)
{
	ssize_t n = receive(fd, request, sizeof(*request));

	if (n == 0)
		return 0;
	if (n < 0)
		return err_errno(e, -errno, "--command-fd %d", fd);
	if (n != (ssize_t)sizeof(*request) || request->magic != PLACER_MAGIC ||
	    request->task >= PLACER_TASKS || request->n_targets > PLACER_MAX_TARGETS)
		return err_set(e, -EPROTO, "--command-fd %d: what came is no request to the placer",
			       fd);
	return 1;
}

static int receive_targets(int fd, struct placer_target *targets, size_t n, struct err *e)
{
	for (size_t have = 0; have < n;) {
		size_t count = n - have < PLACER_PACKET_TARGETS ? n - have : PLACER_PACKET_TARGETS;
		ssize_t bytes = receive(fd, targets + have, count * sizeof(*targets));

		if (bytes != (ssize_t)(count * sizeof(*targets)))
			return err_set(e, -EPROTO,
				       "--command-fd %d: the request's targets are cut off", fd);
		have += count;
	}
	return 0;
}

static int send_answer(int fd, const struct placer_answer *answer, struct err *e)
{
	ssize_t n;

	do
		n = send(fd, answer, sizeof(*answer), MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_errno(e, -errno, "--command-fd %d", fd) : 0;
}

static void do_task(const struct placer_request *request, const struct placer_target *targets,
		    struct placer_answer *answer)
{
	uint64_t begin_ns = clock_monotonic_ns();
	struct page_list list;
	struct err e = {0};

	*answer = (struct placer_answer){.magic = PLACER_MAGIC, .id = request->id};
	page_list_init(&list, targets, request->n_targets);
	answer->wanted = list.n_pages;
	answer->error = tasks[request->task](request, &list, answer, &e);
	if (answer->error < 0)
		(void)snprintf(answer->error_text, sizeof(answer->error_text), "%s", e.text);
	page_list_done(&list);
	answer->elapsed_ns = clock_monotonic_ns() - begin_ns;
}

/* Both may be refused to a user: then it goes without. */
static void be_first_and_expendable(void)
{
	cleanup_close int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)!write(fd, "1000", 4);
	(void)setpriority(PRIO_PROCESS, 0, PRIORITY);
}

static int placer_serve(int fd, struct err *e)
{
	struct placer_request request;
	struct placer_answer answer;
	int r;

	be_first_and_expendable();
	while ((r = receive_request(fd, &request, e)) > 0) {
		cleanup_free struct placer_target *targets =
			memory_alloc(request.n_targets, sizeof(*targets));

		r = receive_targets(fd, targets, request.n_targets, e);
		if (r < 0)
			return r;
		do_task(&request, targets, &answer);
		r = send_answer(fd, &answer, e);
		if (r < 0)
			return r;
	}
	return r;
}

const struct workload workload_placer = {
	.name = "placer",
	.summary = "put other processes' pages into one memory block (the daemon's aiming helper)",
	.serve = placer_serve,
};
