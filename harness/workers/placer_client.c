// SPDX-License-Identifier: GPL-2.0-or-later
#include "workers/placer_client.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"

/* What a request may take beyond its budget: the call to the kernel that is under way. */
#define GRACE_NS (5 * NS_PER_S)
#define END_NS (2 * NS_PER_S)
#define TRIES 2

void placer_client_init(struct placer_client *client, const char *program)
{
	*client = (struct placer_client){.program = memory_string(program), .fd = -1};
}

static int start(struct placer_client *client, struct err *e)
{
	cleanup_close int ours = -1, theirs = -1;
	cleanup_free char *number = NULL;
	const char *argv[] = {client->program, "--workload", "placer", "--command-fd", NULL, NULL};
	struct process_options options = {
		.keep_fds = &theirs,
		.n_keep_fds = 1,
		.stdout_fd = -1,
		.stderr_fd = -1,
		.new_session = 1,
	};
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_errno(e, -errno, "cannot make a socket for the placer");
	ours = pair[0];
	theirs = pair[1];
	number = memory_format("%d", theirs);
	argv[4] = number;
	r = process_spawn(&client->process, argv, &options, e);
	if (r < 0)
		return r;
	client->fd = steal_fd(&ours);
	client->is_running = true;
	return 0;
}

/*
 * Closing the socket ends it. Killed when it does not; left to be reaped by nobody when it is in
 * a call to the kernel that does not end: a wait without bound would be worse.
 */
static void end(struct placer_client *client, bool kill_now)
{
	uint64_t deadline_ns = clock_monotonic_ns() + END_NS;
	bool is_killed = false;
	int status;

	if (!client->is_running)
		return;
	cleanup_closep(&client->fd);
	client->fd = -1;
	while (waitpid(client->process.pid, &status, WNOHANG) == 0) {
		if (!is_killed && (kill_now || clock_monotonic_ns() >= deadline_ns)) {
			(void)kill(client->process.pid, SIGKILL);
			is_killed = true;
			deadline_ns = clock_monotonic_ns() + END_NS;
		} else if (clock_monotonic_ns() >= deadline_ns) {
			break;
		}
		(void)clock_sleep_ns(NS_PER_MS);
	}
	cleanup_closep(&client->process.pidfd);
	client->is_running = false;
}

void placer_client_done(struct placer_client *client)
{
	end(client, false);
	free(client->program);
	*client = (struct placer_client){.fd = -1};
}

/* -EPIPE: the placer is gone. */
static int send_all(int fd, const void *data, size_t size)
{
	ssize_t n;

	do
		n = send(fd, data, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static int send_request(const struct placer_client *client, const struct placer_request *request,
			const struct placer_target *targets)
{
	int r = send_all(client->fd, request, sizeof(*request));

	for (size_t i = 0; r == 0 && i < request->n_targets; i += PLACER_PACKET_TARGETS) {
		size_t n = request->n_targets - i;

		if (n > PLACER_PACKET_TARGETS)
			n = PLACER_PACKET_TARGETS;
		r = send_all(client->fd, targets + i, n * sizeof(*targets));
	}
	return r;
}

/* 0, -EPIPE when the placer has ended, -ETIMEDOUT. Signals (a driver's cancel) do not end it. */
static int receive_answer(const struct placer_client *client, uint32_t id, uint64_t deadline_ns,
			  struct placer_answer *answer)
{
	for (;;) {
		struct pollfd poll_fd = {.fd = client->fd, .events = POLLIN};
		uint64_t now_ns = clock_monotonic_ns();
		ssize_t n;

		if (now_ns >= deadline_ns)
			return -ETIMEDOUT;
		if (poll(&poll_fd, 1, (int)((deadline_ns - now_ns) / NS_PER_MS) + 1) <= 0)
			continue;
		n = recv(client->fd, answer, sizeof(*answer), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return -EPIPE;
		if (n == (ssize_t)sizeof(*answer) && answer->magic == PLACER_MAGIC &&
		    answer->id == id)
			return 0;
	}
}

static int ask_once(struct placer_client *client, struct placer_request *request,
		    const struct placer_target *targets, struct placer_answer *ret_answer,
		    struct err *e)
{
	uint64_t deadline_ns = clock_monotonic_ns() + request->budget_ns + GRACE_NS;
	struct placer_answer answer;
	int r = client->is_running ? 0 : start(client, e);

	if (r < 0)
		return r;
	request->id = ++client->last_id;
	r = send_request(client, request, targets);
	if (r == 0)
		r = receive_answer(client, request->id, deadline_ns, &answer);
	if (r == 0) {
		*ret_answer = answer;
		return 0;
	}
	end(client, true);
	return err_errno(e, r, "no answer from the placer");
}

int placer_client_ask(struct placer_client *client, struct placer_request *request,
		      const struct placer_target *targets, size_t n_targets,
		      struct placer_answer *ret_answer, struct err *e)
{
	int r = -EPIPE;

	if (n_targets > PLACER_MAX_TARGETS)
		return err_set(e, -E2BIG, "%zu processes to be placed, at most %d are possible",
			       n_targets, PLACER_MAX_TARGETS);
	request->magic = PLACER_MAGIC;
	request->n_targets = (uint32_t)n_targets;
	for (int try = 0; try < TRIES && (r == -EPIPE || r == -ECONNRESET); try++)
		r = ask_once(client, request, targets, ret_answer, e);
	return r;
}
