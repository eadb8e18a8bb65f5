/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket's inside: clients (control_client.c) and who takes them (control.c). */
#pragma once

#include "base/jsonw.h"
#include "service/control.h"

struct control_client {
	int fd;
	struct control_peer peer;
	char in[CONTROL_MAX_LINE];
	size_t n_in;
	char *out; /* what the client has not taken yet; owned */
	size_t n_out;
	bool is_subscriber, waits_for_output;
	unsigned int requests; /* since window_ns */
	uint64_t window_ns, heard_ns, stuck_since_ns;
};

struct control {
	struct control_hooks hooks;
	char *path; /* owned; NULL: nothing bound */
	int epoll_fd, listen_fd;
	bool is_listening;
	unsigned int connections; /* since window_ns */
	uint64_t window_ns;
	struct control_client *clients[CONTROL_MAX_CLIENTS];
};

/* Each false: the client is done with, and to be dropped. */
bool control_client_ready(struct control *c, struct control_client *client, uint32_t events,
			  uint64_t now_ns);
bool control_client_in_time(struct control_client *client, uint64_t now_ns);
bool control_say(struct control_client *client, struct jsonw *line, uint64_t now_ns);

void control_say_error(struct control_client *client, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void control_say_end(struct control_client *client);
struct jsonw *control_status_event(struct control *c);
void control_watch_output(struct control *c, struct control_client *client);
void control_drop(struct control *c, struct control_client *client);
void control_free_client(struct control_client *client);
