// SPDX-License-Identifier: GPL-2.0-or-later
/* One client of the control socket: its lines in, our lines out, and where its patience ends. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "service/control_inside.h"

void control_free_client(struct control_client *client)
{
	(void)close(client->fd); /* that takes it out of epoll as well */
	free(client->out);
	free(client);
}

void control_drop(struct control *c, struct control_client *client)
{
	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++)
		if (c->clients[i] == client)
			c->clients[i] = NULL;
	control_free_client(client);
}

void control_watch_output(struct control *c, struct control_client *client)
{
	bool wanted = client->n_out > 0;
	struct epoll_event event = {
		.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN,
		.data.ptr = client,
	};

	if (client->waits_for_output == wanted)
		return;
	client->waits_for_output = wanted;
	(void)epoll_ctl(c->epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

/* As much as goes without waiting. */
static bool push_out(struct control_client *client)
{
	ssize_t n = send(client->fd, client->out, client->n_out, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	client->n_out -= (size_t)n;
	memmove(client->out, client->out + n, client->n_out);
	return true;
}

bool control_say(struct control_client *client, struct jsonw *line, uint64_t now_ns)
{
	size_t length;
	const char *text = jsonw_text(line, &length);

	if (client->n_out + length + 1 > CONTROL_MAX_PENDING)
		return false;
	if (client->n_out == 0)
		client->stuck_since_ns = now_ns;
	client->out = memory_grow(client->out, client->n_out + length + 1, 1);
	(void)memcpy(client->out + client->n_out, text, length);
	client->out[client->n_out + length] = '\n';
	client->n_out += length + 1;
	return push_out(client);
}

static struct jsonw *new_line(void)
{
	struct jsonw *line = jsonw_object();

	jsonw_set_uint(line, "version", CONTROL_VERSION);
	return line;
}

static struct jsonw *answer(bool is_ok)
{
	struct jsonw *line = new_line();

	jsonw_set_bool(line, "ok", is_ok);
	return line;
}

static bool say_and_free(struct control_client *client, struct jsonw *line, uint64_t now_ns)
{
	bool goes_on = control_say(client, line, now_ns);

	jsonw_free(line);
	return goes_on;
}

void control_say_error(struct control_client *client, const char *format, ...)
{
	struct jsonw *line = answer(false);
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	jsonw_set_string(line, "error", text);
	(void)say_and_free(client, line, client->heard_ns);
}

void control_say_end(struct control_client *client)
{
	struct jsonw *line = new_line();

	jsonw_set_string(line, "event", "end");
	(void)say_and_free(client, line, client->heard_ns);
}

struct jsonw *control_status_event(struct control *c)
{
	struct jsonw *line = new_line();

	jsonw_set_string(line, "event", "status");
	jsonw_set(line, "status", c->hooks.status(c->hooks.context));
	return line;
}

static bool do_status(struct control *c, struct control_client *client, uint64_t now_ns)
{
	struct jsonw *line = answer(true);

	jsonw_set(line, "status", c->hooks.status(c->hooks.context));
	return say_and_free(client, line, now_ns);
}

static bool do_abort(struct control *c, struct control_client *client, uint64_t now_ns)
{
	c->hooks.abort(c->hooks.context, &client->peer);
	return say_and_free(client, answer(true), now_ns);
}

static bool do_subscribe(struct control *c, struct control_client *client, uint64_t now_ns)
{
	(void)c;
	client->is_subscriber = true;
	return say_and_free(client, answer(true), now_ns);
}

static bool take_line(struct control *c, struct control_client *client, const char *text,
		      size_t length, uint64_t now_ns)
{
	static const struct {
		const char *name;
		bool (*run)(struct control *c, struct control_client *client, uint64_t now_ns);
	} table[] = {{"status", do_status}, {"abort", do_abort}, {"subscribe", do_subscribe}};
	struct jsonw *request = NULL;
	const char *command;
	struct err e = {0};
	bool goes_on = true, is_known = false;

	if (jsonw_parse(text, length, &request, &e) < 0) {
		control_say_error(client, "not a line of JSON: %s", e.text);
		return true;
	}
	command = jsonw_get_string(request, "command");
	if (jsonw_type_of(request) != JSONW_OBJECT || !command) {
		control_say_error(client, "no request: {\"version\":%d,\"command\":\"status\"} is one",
				  CONTROL_VERSION);
	} else if (jsonw_get_uint(request, "version") != CONTROL_VERSION) {
		control_say_error(client, "\"version\" is %d here", CONTROL_VERSION);
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(table) && !is_known; i++) {
			is_known = strcmp(command, table[i].name) == 0;
			if (is_known)
				goes_on = table[i].run(c, client, now_ns);
		}
		if (!is_known)
			control_say_error(client, "unknown command: status, abort or subscribe");
	}
	jsonw_free(request);
	return goes_on;
}

static bool is_within_rate(struct control_client *client, uint64_t now_ns)
{
	if (now_ns - client->window_ns >= NS_PER_S) {
		client->window_ns = now_ns;
		client->requests = 0;
	}
	return ++client->requests <= CONTROL_MAX_REQUESTS;
}

/* All whole lines of what has come. */
static bool take_lines(struct control *c, struct control_client *client, uint64_t now_ns)
{
	size_t begin = 0;
	const char *end;

	while ((end = memchr(client->in + begin, '\n', client->n_in - begin))) {
		size_t length = (size_t)(end - client->in) - begin;

		client->heard_ns = now_ns;
		if (!is_within_rate(client, now_ns)) {
			control_say_error(client, "too many requests: at most %d a second",
					  CONTROL_MAX_REQUESTS);
			return false;
		}
		if (!take_line(c, client, client->in + begin, length, now_ns))
			return false;
		begin += length + 1;
	}
	client->n_in -= begin;
	memmove(client->in, client->in + begin, client->n_in);
	if (client->n_in < sizeof(client->in))
		return true;
	control_say_error(client, "the line is too long: at most %d bytes", CONTROL_MAX_LINE);
	return false;
}

bool control_client_ready(struct control *c, struct control_client *client, uint32_t events,
			  uint64_t now_ns)
{
	bool goes_on = true;
	ssize_t n;

	if ((events & EPOLLOUT) && client->n_out > 0)
		goes_on = push_out(client);
	if (goes_on && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
		n = recv(client->fd, client->in + client->n_in, sizeof(client->in) - client->n_in,
			 MSG_DONTWAIT);
		if (n == 0)
			return false;
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		client->n_in += (size_t)n;
		goes_on = take_lines(c, client, now_ns);
	}
	if (goes_on)
		control_watch_output(c, client);
	return goes_on;
}

bool control_client_in_time(struct control_client *client, uint64_t now_ns)
{
	if (client->n_out > 0 && now_ns - client->stuck_since_ns >= CONTROL_STUCK_NS)
		return false; /* it does not read: nothing can be said to it */
	if ((client->is_subscriber && client->n_in == 0) ||
	    now_ns - client->heard_ns < CONTROL_SILENCE_NS)
		return true;
	control_say_error(client, "nothing was asked for %d s",
			  (int)(CONTROL_SILENCE_NS / NS_PER_S));
	return false;
}
