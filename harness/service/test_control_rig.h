/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A control socket in a scratch folder, with a clock of the test's own, and clients to torment it. */
#pragma once

#include "base/clock.h"
#include "base/jsonw.h"
#include "service/control.h"
#include "service/test_service.h"

struct control_rig {
	char folder[64], path[96];
	struct control *control;
	uint64_t now_ns;
	unsigned int aborts, statuses;
	pid_t abort_pid;
	size_t status_padding; /* bytes that make a status line long */
};

int control_rig_set_up(void **state);
int control_rig_tear_down(void **state);
struct control_rig *control_rig_of(void **state);

/* Lets the daemon's side do what there is to do. */
void rig_serve(struct control_rig *rig);

/* A connected, blocking client with a receive timeout of 2 s. */
int rig_connect(struct control_rig *rig);
void rig_send(int fd, const char *text);
/* The next line, parsed; NULL at the end of the connection. The caller frees it. */
struct jsonw *rig_line(int fd);
/* One line is there and says no, with @why in it. */
void rig_expect_error(int fd, const char *why);
/* A request is answered: the daemon is undisturbed. */
void rig_expect_service(struct control_rig *rig);
void rig_expect_end(int fd);
