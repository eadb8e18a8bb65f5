// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/status_watch.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/jsonw.h"
#include "base/terminal.h"
#include "base/units.h"
#include "service/active.h"
#include "service/control_ask.h"

#define BAR_WIDTH 40
#define RATE_WINDOW 10 /* statuses, about as many seconds */

/* The last few statuses, for rates that do not jump. */
struct watch {
	struct {
		uint64_t elapsed_ns, eagain, attempts, touches;
	} past[RATE_WINDOW];
	size_t n_seen;
	unsigned int n_lines; /* of the screen that stands there */
};

static void format_clock(uint64_t ns, char *buffer, size_t size)
{
	uint64_t seconds = ns / NS_PER_S;

	(void)snprintf(buffer, size, "%02llu:%02llu:%02llu", (unsigned long long)(seconds / 3600),
		       (unsigned long long)(seconds / 60 % 60), (unsigned long long)(seconds % 60));
}

static void remember(struct watch *w, const struct jsonw *status)
{
	size_t at = w->n_seen++ % RATE_WINDOW;

	w->past[at].elapsed_ns = jsonw_get_uint(status, "elapsed_ns");
	w->past[at].eagain = jsonw_get_uint(status, "eagain");
	w->past[at].attempts = jsonw_get_uint(status, "attempts");
	w->past[at].touches = jsonw_get_uint(status, "touches");
}

/* "12.5/s", or "-" while there is only one status to go by. */
static const char *rate(const struct watch *w, size_t offset, char *buffer, size_t size)
{
	size_t newest = (w->n_seen - 1) % RATE_WINDOW;
	size_t oldest = w->n_seen > RATE_WINDOW ? w->n_seen % RATE_WINDOW : 0;
	const char *new_entry = (const char *)&w->past[newest], *old_entry = (const char *)&w->past[oldest];
	uint64_t after, before, ns = w->past[newest].elapsed_ns - w->past[oldest].elapsed_ns;

	(void)memcpy(&after, new_entry + offset, sizeof(after));
	(void)memcpy(&before, old_entry + offset, sizeof(before));
	if (ns == 0)
		return "-";
	(void)snprintf(buffer, size, "%.1f/s", (double)(after - before) * (double)NS_PER_S / (double)ns);
	return buffer;
}

#define RATE(w, field, buffer) \
	rate(w, offsetof(__typeof__((w)->past[0]), field), buffer, sizeof(buffer))

static void line(struct watch *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void line(struct watch *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	(void)fputs("\033[K\n", stdout);
	w->n_lines++;
}

static void show_progress(struct watch *w, const struct jsonw *status)
{
	uint64_t elapsed_ns = jsonw_get_uint(status, "elapsed_ns");
	uint64_t planned_ns = jsonw_get_uint(status, "planned_ns");
	uint64_t left_ns = planned_ns > elapsed_ns ? planned_ns - elapsed_ns : 0;
	unsigned int full = planned_ns ? (unsigned int)((planned_ns - left_ns) * BAR_WIDTH / planned_ns) : 0;
	char elapsed[24], left[24], bar[BAR_WIDTH + 1];

	(void)memset(bar, '#', full);
	(void)memset(bar + full, '.', BAR_WIDTH - full);
	bar[BAR_WIDTH] = '\0';
	format_clock(elapsed_ns, elapsed, sizeof(elapsed));
	format_clock(left_ns, left, sizeof(left));
	line(w, "[%s] %s, at most %s left", bar, elapsed, left);
}

static void show_nodes(struct watch *w, const struct jsonw *status)
{
	const struct jsonw *nodes = jsonw_get(status, "nodes");
	char total[24];

	units_format_bytes(jsonw_get_uint(status, "memory_offline_bytes"), total, sizeof(total));
	line(w, "memory offline  %s", total);
	for (size_t i = 0; i < jsonw_length(nodes); i++) {
		const struct jsonw *node = jsonw_at(nodes, i);
		char bytes[24];

		units_format_bytes(jsonw_get_uint(node, "memory_offline_bytes"), bytes, sizeof(bytes));
		line(w, "  node %-8llu %s", (unsigned long long)jsonw_get_uint(node, "node"), bytes);
	}
}

static void show_screen(struct watch *w, const struct jsonw *status)
{
	char buffer[32];
	const char *phase = jsonw_get_string(status, "phase");

	if (w->n_lines)
		(void)printf("\033[%uA", w->n_lines);
	w->n_lines = 0;
	line(w, "%s  profile %s  pid %lld", jsonw_get_string(status, "id"),
	     jsonw_get_string(status, "profile"), (long long)jsonw_get_int(status, "pid"));
	show_progress(w, status);
	line(w, "phase           %s%s", phase ? phase : "between phases",
	     jsonw_get_bool(status, "stopping") ? ", stopping" : "");
	line(w, "cycles          %llu of %llu attempts (%s), %llu failed, %llu by deadline",
	     (unsigned long long)jsonw_get_uint(status, "succeeded"),
	     (unsigned long long)jsonw_get_uint(status, "attempts"), RATE(w, attempts, buffer),
	     (unsigned long long)jsonw_get_uint(status, "failed"),
	     (unsigned long long)jsonw_get_uint(status, "censored"));
	line(w, "pages moved     %llu, not moved %llu",
	     (unsigned long long)jsonw_get_uint(status, "moved"),
	     (unsigned long long)jsonw_get_uint(status, "not_moved"));
	if (jsonw_has(status, "eagain"))
		line(w, "EAGAIN          %llu (%s)", (unsigned long long)jsonw_get_uint(status, "eagain"),
		     RATE(w, eagain, buffer));
	else
		line(w, "EAGAIN          unmeasured");
	line(w, "touches         %llu (%s), %llu workers alive",
	     (unsigned long long)jsonw_get_uint(status, "touches"), RATE(w, touches, buffer),
	     (unsigned long long)jsonw_get_uint(status, "workers_alive"));
	line(w, "lockups etc.    %llu", (unsigned long long)jsonw_get_uint(status, "findings"));
	show_nodes(w, status);
}

/* False: nobody reads it any more (a service has SIGPIPE ignored). */
static bool show(struct watch *w, const struct jsonw *status, bool is_terminal)
{
	const char *text = jsonw_get_string(status, "line");

	remember(w, status);
	if (is_terminal)
		show_screen(w, status);
	else
		(void)puts(text ? text : "is starting");
	return fflush(stdout) == 0 && !ferror(stdout);
}

int status_watch(struct err *e)
{
	cleanup_free char *path = active_control_path();
	bool is_terminal = terminal_is_capable(STDOUT_FILENO);
	cleanup_file FILE *stream = NULL;
	struct jsonw *answer = NULL;
	struct watch watch = {0};
	int r = control_connect(path, &stream, e);

	if (r == -ENOENT || r == -ECONNREFUSED) {
		*e = (struct err){0};
		(void)puts("no run on this host");
		return EXIT_PASS;
	}
	if (r == 0)
		r = control_ask(stream, "subscribe", &answer, e);
	jsonw_free(answer);
	while (r == 0) {
		struct jsonw *event = NULL;
		const struct jsonw *status;

		r = control_next(stream, &event, e);
		status = jsonw_get(event, "status");
		if (r == 0 && !status)
			r = -ENODATA; /* {"event":"end"} */
		else if (r == 0 && !show(&watch, status, is_terminal))
			r = err_set(e, -EPIPE, "the status could not be written to standard output");
		jsonw_free(event);
	}
	if (r != -ENODATA)
		return EXIT_CANNOT_JUDGE;
	*e = (struct err){0};
	(void)puts("the run has ended");
	return EXIT_PASS;
}
