/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's end of the placer: started when first asked, asked with a deadline. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/process.h"
#include "workloads/placer_protocol.h"

struct err;

struct placer_client {
	char *program; /* memsoak-worker */
	bool is_running;
	struct process process;
	int fd;
	uint32_t last_id;
};

void placer_client_init(struct placer_client *client, const char *program);
void placer_client_done(struct placer_client *client);

/*
 * Sends the request (its magic, id and n_targets are set here) and waits for the answer until
 * its budget_ns and some seconds are over. A placer that died is started once more. Fails when
 * no answer came; what the placer itself could not do is in the answer.
 */
int placer_client_ask(struct placer_client *client, struct placer_request *request,
		      const struct placer_target *targets, size_t n_targets,
		      struct placer_answer *ret_answer, struct err *e);
