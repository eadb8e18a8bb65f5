/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One guest from its start to its end, whatever end that is. */
#pragma once

#include <stdint.h>

struct err;
struct machine;

enum guest_ended {
	GUEST_EXIT, /* its command ended; exit_code says how */
	GUEST_PANIC,
	GUEST_TIMEOUT,
	GUEST_QEMU_FAILED, /* QEMU went away, and the command had not ended */
	GUEST_INTERRUPTED, /* by a signal to this process: exit_code is 128 + its number */
};

struct guest_end {
	enum guest_ended ended;
	int exit_code;
	int is_up; /* user space was reached, after up_ns */
	uint64_t up_ns, total_ns;
	char *release; /* the guest's uname -r, once it was up; owned */
	char *why;     /* one line, for all ends but GUEST_EXIT; owned */
};

const char *guest_ended_name(enum guest_ended ended);

/*
 * Runs the machine until it ends or @timeout_ns have passed; its console goes to the file
 * @console, its command's output to @out_fd. Sets the machine's console_fd and out_fd.
 */
int guest_run(struct machine *m, const char *console, int out_fd, uint64_t timeout_ns,
	      struct guest_end *end, struct err *e);
void guest_end_done(struct guest_end *end);
