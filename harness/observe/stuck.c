// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/stuck.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fsio.h"

#define STACK_SIZE 8192 /* 64 frames at most (fs/proc/base.c: MAX_STACK_TRACE_DEPTH), symbols of 60 letters */

#define STACK_TRIES 10

/*
 * The value of the line that begins with @key, which ends in ":\t". A task's name cannot make a line
 * of its own: the kernel writes its newlines as "\n" (fs/proc/array.c: proc_task_name()).
 */
static const char *find_line(const char *text, const char *key)
{
	size_t length = strlen(key);

	while (text && strncmp(text, key, length) != 0) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return text ? text + length : NULL;
}

static bool add_number(const char *text, const char *key, uint64_t *sum)
{
	const char *value = find_line(text, key);
	char *end;
	uint64_t number;

	if (!value || !isdigit((unsigned char)*value))
		return false;
	errno = 0;
	number = strtoull(value, &end, 10);
	*sum += number;
	return errno == 0 && (*end == '\n' || *end == '\0');
}

int stuck_read_state(struct fsio *fs, pid_t pid, pid_t tid, struct stuck_state *ret)
{
	char text[8192]; /* the lists of CPUs and nodes of a large host are long */
	ssize_t n = fsio_read_text(fs, text, sizeof(text), "proc/%d/task/%d/status", (int)pid, (int)tid);
	const char *state;

	if (n < 0)
		return (int)n;
	*ret = (struct stuck_state){0};
	state = find_line(text, "State:\t");
	if (!state || !isalpha((unsigned char)*state) ||
	    !add_number(text, "voluntary_ctxt_switches:\t", &ret->switches) ||
	    !add_number(text, "nonvoluntary_ctxt_switches:\t", &ret->switches))
		return -EBADMSG;
	ret->letter = *state;
	return 0;
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/*
 * "[<0>] func.part.0+0x1a/0x2b0 [module]"; before 4.15 an address for the 0, and as the last line
 * "[<ffffffffffffffff>] 0xffffffffffffffff". The compiler's suffixes are not the function's name.
 */
static void take_frame(const char *line, size_t length, struct stuck_place *p, size_t *used)
{
	const char *end = line + length, *name = memchr(line, ']', length), *to;

	if (!name || *line != '[')
		return;
	for (name++; name < end && *name == ' ';)
		name++;
	for (to = name; to < end && is_name_char(*to);)
		to++;
	if (to == name || isdigit((unsigned char)*name) || to == end || (*to != '+' && *to != '.'))
		return;
	if (p->n_frames == STUCK_MAX_FRAMES || *used + (size_t)(to - name) + 1 > sizeof(p->frames))
		return;
	memcpy(p->frames + *used, name, (size_t)(to - name));
	*used += (size_t)(to - name);
	p->frames[(*used)++] = '\0';
	p->n_frames++;
}

/* True when it is not worth asking again. */
static bool try_stack(struct fsio *fs, pid_t pid, pid_t tid, struct stuck_place *p)
{
	char text[STACK_SIZE];
	ssize_t n = fsio_read_text(fs, text, sizeof(text), "proc/%d/task/%d/stack", (int)pid, (int)tid);
	size_t used = 0;

	if (n < 0) {
		p->stack_error = (int)-n;
		return true;
	}
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");

		take_frame(line, length, p, &used);
		line += length + (line[length] == '\n');
	}
	return p->n_frames > 0;
}

/*
 * Of a task that runs on another CPU there is no trace (arch/x86/kernel/unwind_orc.c:
 * __unwind_start(), 4.18 to 7.x). One that sleeps now and then, or waits for its turn, has one then:
 * so what is seen of a busy task is where it stops.
 */
static void read_stack(struct fsio *fs, pid_t pid, pid_t tid, struct stuck_place *p)
{
	static const struct timespec pause = {.tv_nsec = 1000000};

	for (int tries = 0; tries < STACK_TRIES && !try_stack(fs, pid, tid, p); tries++)
		(void)nanosleep(&pause, NULL);
}

/* "0": it does not wait. Without kallsyms it is an address, which says nothing to a reader. */
static void read_wchan(struct fsio *fs, pid_t pid, pid_t tid, struct stuck_place *p)
{
	size_t length;

	if (fsio_read_text(fs, p->wchan, sizeof(p->wchan), "proc/%d/task/%d/wchan", (int)pid, (int)tid) < 0 ||
	    isdigit((unsigned char)p->wchan[0]))
		p->wchan[0] = '\0';
	for (length = 0; is_name_char(p->wchan[length]);)
		length++;
	p->wchan[length] = '\0';
}

/* "running", "-1 SP PC", or "1 ARGUMENTS SP PC". */
static void read_syscall(struct fsio *fs, pid_t pid, pid_t tid, struct stuck_place *p)
{
	char text[512], *end;

	if (fsio_read_text(fs, text, sizeof(text), "proc/%d/task/%d/syscall", (int)pid, (int)tid) <= 0)
		return;
	errno = 0;
	p->syscall = strtoll(text, &end, 10);
	p->has_syscall = end != text && *end == ' ' && errno == 0 && p->syscall >= -1;
	if (!p->has_syscall)
		p->syscall = 0;
}

void stuck_read_place(struct fsio *fs, pid_t pid, pid_t tid, struct stuck_place *ret)
{
	*ret = (struct stuck_place){0};
	if (fsio_read_text(fs, ret->comm, sizeof(ret->comm), "proc/%d/task/%d/comm", (int)pid, (int)tid) < 0)
		ret->comm[0] = '\0';
	read_wchan(fs, pid, tid, ret);
	read_syscall(fs, pid, tid, ret);
	read_stack(fs, pid, tid, ret);
}
