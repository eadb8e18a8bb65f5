// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kmsg_page.h"
#include "observe/kmsg_trace.h"

/* What a function's name is made of. */
static const bool name_chars[256] = {
	['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true,
	['_'] = true,	      ['.'] = true,	    ['$'] = true,
};

static bool is_name_char(char c)
{
	return name_chars[(unsigned char)c];
}

/* The compiler's suffixes are not the function's name: ".isra.0", ".constprop.5", ".cold", ".llvm.1". */
static size_t bare_length(const char *name, size_t length)
{
	const char *dot = length > 1 ? memchr(name + 1, '.', length - 1) : NULL;

	return dot ? (size_t)(dot - name) : length;
}

static void forget_frames(struct open_finding *o)
{
	o->f.n_frames = 0;
	o->f.in_migration = false;
	o->frames_length = 0;
	o->has_reliable = false;
	o->has_place = false;
	o->is_deaf = false;
}

static void add_frame(const struct trace_index *index, struct open_finding *o, const char *name,
		      size_t length, bool is_reliable)
{
	if (o->is_deaf || (!is_reliable && o->has_reliable))
		return;
	if (is_reliable && !o->has_reliable) {
		forget_frames(o);
		o->has_reliable = true;
	}
	length = bare_length(name, length);
	/* arm64 begins the trace with the function that "pc" has named. */
	if (o->has_place && o->f.n_frames == 1 && o->frames_length == length + 1 &&
	    memcmp(o->frames, name, length) == 0)
		return;
	if (length == 0 || o->f.n_frames == KMSG_MAX_FRAMES ||
	    o->frames_length + length + 1 > sizeof(o->frames))
		return;
	memcpy(o->frames + o->frames_length, name, length);
	o->frames_length += length;
	o->frames[o->frames_length++] = '\0';
	o->f.n_frames++;
	if (!o->f.in_migration)
		o->f.in_migration = trace_is_migration(index, name, length);
}

/*
 * " f+0x1/0x2 [module]", " ? f+0x1/0x2", " [<ffff>] f+0x1/0x2", "[<8010>] (f) from [<8011>] (g+0x1/0x2)",
 * "[c000] [c001] f+0x1/0x2", and with a place for the offset: " f file.c:1 [inline]".
 */
static bool take_frame(const struct trace_index *index, struct open_finding *o, struct kmsg_span s)
{
	bool is_reliable = true, is_bracketed;
	const char *name, *close;

	span_skip_blanks(&s);
	while (s.at < s.end && *s.at == '[') {
		close = memchr(s.at, ']', span_length(s));
		if (!close)
			return false;
		s.at = close + 1;
		span_skip_blanks(&s);
	}
	if (span_take(&s, "? ")) {
		if (o->has_reliable)
			return true;
		is_reliable = false;
	}
	is_bracketed = span_take_char(&s, '(');
	for (name = s.at; s.at < s.end && is_name_char(*s.at);)
		s.at++;
	if (s.at == name || s.at == s.end || is_digit(*name))
		return false;
	if (is_bracketed) {
		if (!span_starts(s, ") from "))
			return false;
	} else if (*s.at == ' ') {
		if ((!span_starts(s, " from ") || !span_find(s, "+0x")) &&
		    (s.end[-1] != ']' || !span_find(s, " [inline]") || !span_find(s, ".")))
			return false;
	} else if (!span_starts(s, "+0x")) {
		return false;
	}
	add_frame(index, o, name, (size_t)((s.at) - name), is_reliable);
	return true;
}

/* "RIP: 0010:f+0x1/0x2", "pc : f+0x1", "PC is at f+0x1", "NIP [c000] f+0x1": where it happened. */
static void take_place(const struct trace_index *index, struct open_finding *o, struct kmsg_span s)
{
	const char *plus = span_find(s, "+0x"), *name = plus;

	if (!plus || o->f.n_frames > 0)
		return;
	while (name > s.at && is_name_char(name[-1]))
		name--;
	if (name == plus || is_digit(*name))
		return;
	add_frame(index, o, name, (size_t)(plus - name), true);
	o->has_place = true;
}

/* These lines tell where a CPU was; the trace below them goes on with its callers. */
static bool is_place_line(struct kmsg_span s)
{
	return span_starts(s, "RIP: ") || span_starts(s, "pc : ") || span_starts(s, "EIP: ") ||
	       span_starts(s, "PC is at ") || span_starts(s, "epc : ") || span_starts(s, "NIP [") ||
	       span_starts(s, "RIP  [");
}

/* Kinds that are about one CPU: the traces of the others are not theirs. */
static bool is_of_one_cpu(const struct open_finding *o)
{
	return o->f.has_cpu && (o->f.kind == KMSG_SOFT_LOCKUP || o->f.kind == KMSG_HARD_LOCKUP ||
				o->f.kind == KMSG_RCU_STALL || o->f.kind == KMSG_SPINLOCK_LOCKUP);
}

/* From here on it is this CPU's trace. */
static void turn_to_cpu(struct open_finding *o, uint32_t cpu)
{
	bool is_same = o->has_frames_cpu && o->frames_cpu == cpu;

	if (!is_of_one_cpu(o)) {
		if (o->has_frames_cpu && !is_same && o->f.n_frames > 0)
			o->is_deaf = true;
	} else if (cpu != o->f.cpu) {
		o->is_deaf |= o->has_frames_cpu && o->frames_cpu == o->f.cpu && o->f.n_frames > 0;
	} else if (!is_same && !o->is_deaf) {
		forget_frames(o);
	}
	if (!o->is_deaf) {
		o->has_frames_cpu = true;
		o->frames_cpu = cpu;
	}
}

/* Kinds of which the task that printed the report says nothing. */
static bool is_of_printer(const struct open_finding *o)
{
	return o->f.kind != KMSG_HUNG_TASK && o->f.kind != KMSG_OOM_KILL &&
	       o->f.kind != KMSG_WORKQUEUE_LOCKUP && o->f.kind != KMSG_MEMORY_LEAK;
}

/* "CPU: 0 UID: 0 PID: 1 Comm: a b Not tainted 6.12.0 #1" (UID since 6.12) */
static void take_cpu_line(struct open_finding *o, struct kmsg_span s)
{
	uint64_t cpu, pid;
	const char *end;

	if (!span_take(&s, "CPU: ") || !span_take_number(&s, UINT32_MAX, &cpu))
		return;
	turn_to_cpu(o, (uint32_t)cpu);
	if (!is_of_printer(o) || (o->f.has_cpu && o->f.cpu != (uint32_t)cpu && is_of_one_cpu(o)))
		return;
	if (!o->f.has_cpu && o->f.kind == KMSG_RCU_STALL)
		return; /* which one is stuck is not told: this may be the one that found it */
	if (!span_skip_past(&s, "PID: ") || !span_take_number(&s, INT32_MAX, &pid) ||
	    !span_take(&s, " Comm: ") || (o->f.has_pid && (uint64_t)o->f.pid != pid))
		return;
	if (!o->f.has_cpu) {
		o->f.cpu = (uint32_t)cpu;
		o->f.has_cpu = true;
	}
	if (o->f.comm[0])
		return;
	end = span_find(s, "Not tainted");
	if (!end)
		end = span_find(s, "Tainted: ");
	if (!end || end == s.at || *--end != ' ')
		return;
	finding_set_comm(&o->f, (struct kmsg_span){s.at, end});
	o->f.pid = (int32_t)pid;
	o->f.has_pid = true;
}

/* "by task comm/1": kasan; "task:comm state:R ... pid:1": sched_show_task() since 5.11. */
static void take_task_line(struct open_finding *o, struct kmsg_span s)
{
	struct kmsg_span task = s;
	uint64_t pid;
	const char *end;

	if (o->f.comm[0])
		return;
	if (o->f.kind == KMSG_KASAN && span_skip_past(&task, " by task ")) {
		(void)take_task(task, '/', &o->f);
	} else if (o->f.kind == KMSG_RCU_STALL && !o->f.has_cpu && span_take(&task, "task:")) {
		end = span_find(task, " state:");
		if (!end || !span_skip_past(&s, " pid:"))
			return;
		while (end > task.at && end[-1] == ' ')
			end--;
		span_skip_blanks(&s);
		if (!span_take_number(&s, INT32_MAX, &pid))
			return;
		finding_set_comm(&o->f, (struct kmsg_span){task.at, end});
		o->f.pid = (int32_t)pid;
		o->f.has_pid = true;
	}
}

/* kernel/sched/core.c, __might_resched() */
static void take_sleeper(struct open_finding *o, struct kmsg_span s)
{
	uint64_t pid;

	if (o->f.kind != KMSG_ATOMIC_SLEEP || !span_skip_past(&s, ", pid: ") ||
	    !span_take_number(&s, INT32_MAX, &pid) || !span_take(&s, ", name: "))
		return;
	finding_set_comm(&o->f, s);
	o->f.pid = (int32_t)pid;
	o->f.has_pid = true;
}

/*
 * "	0-....: (1 ticks this GP)": the first CPU that is stuck; "(t=5250 jiffies", "(detected by 1, t=5250
 * jiffies", "} 5250 jiffies s:": for how long.
 */
void trace_rcu_line(struct open_finding *o, struct kmsg_span line)
{
	struct kmsg_span s = line;
	uint64_t value;

	span_skip_blanks(&s);
	if (!o->f.has_cpu && span_take_number(&s, UINT32_MAX, &value) && s.at < s.end &&
	    (*s.at == '-' || *s.at == ':') && span_find(s, "(")) {
		o->f.has_cpu = true;
		o->f.cpu = (uint32_t)value;
	}
	if (o->has_jiffies)
		return;
	s = line;
	if (!span_skip_past(&s, "(t=") && !span_skip_past(&s, ", t=") && !span_skip_past(&s, "} "))
		return;
	if (span_take_number(&s, UINT64_MAX, &value) && span_starts(s, " jiffies")) {
		o->jiffies = value;
		o->has_jiffies = true;
	}
}

/* Behind these stand stacks of another time or task. */
static bool is_of_the_past(struct kmsg_span s)
{
	return span_starts(s, "Allocated by") || span_starts(s, "Freed by") ||
	       span_starts(s, "Last potentially") || span_starts(s, "Uninit was") ||
	       span_starts(s, "page last ") || span_starts(s, "page_owner") ||
	       span_starts(s, "read to ") || span_starts(s, "write to ");
}

/* "BUG: workqueue lockup - pool" is printed in pieces, and others may come in between. */
static void take_pool(struct open_finding *o, struct kmsg_span s)
{
	struct kmsg_finding more;
	const char *cpus = span_find(s, " cpus=");

	finding_clear(&more);
	if (!cpus || o->f.has_seconds || !span_find(s, "stuck for ") ||
	    !take_workqueue((struct kmsg_span){cpus, s.end}, &more))
		return;
	o->f.has_cpu = more.has_cpu;
	o->f.cpu = more.cpu;
	o->f.has_seconds = more.has_seconds;
	o->f.seconds = more.seconds;
}

static void take_cpu_of_backtrace(struct open_finding *o, struct kmsg_span s)
{
	uint64_t cpu;

	if ((span_skip_past(&s, "NMI backtrace for cpu ") || span_skip_past(&s, "Task dump for CPU ")) &&
	    span_take_number(&s, UINT32_MAX, &cpu))
		turn_to_cpu(o, (uint32_t)cpu);
}

static bool is_others(const struct open_finding *o, struct kmsg_span s)
{
	/* lib/list_debug.c tells what is corrupt before the BUG() that it is. */
	if (span_starts(s, "------------[ cut here"))
		return o->f.kind != KMSG_LIST_CORRUPTION || o->f.n_frames > 0;
	return o->f.kind == KMSG_HUNG_TASK &&
	       (span_starts(s, "Showing all locks held") || span_starts(s, "NMI backtrace for") ||
		span_starts(s, "Sending NMI"));
}

/* What a line tells that begins with this letter. */
static void take_told(const struct trace_index *index, struct open_finding *o, struct kmsg_span s)
{
	switch (*s.at) {
	case 'C':
		take_cpu_line(o, s);
		break;
	case 'R': /* "RIP: ", "Read of size 8 at addr ... by task comm/1" */
	case 'W': /* "Write of size" */
	case 't': /* "task:comm state:R" */
		take_task_line(o, s);
		break;
	case 'i': /* "in_atomic(): 1, ..., pid: 640, name: mover" */
		take_sleeper(o, s);
		break;
	case 'N': /* "NMI backtrace for cpu 1", "NIP [" */
	case 'T': /* "Task dump for CPU 1" */
		take_cpu_of_backtrace(o, s);
		break;
	case 's':
		if (span_starts(s, "stack backtrace:"))
			forget_frames(o);
		break;
	default:
		break;
	}
	if (o->f.n_frames == 0) {
		if (is_place_line(s))
			take_place(index, o, s);
	} else if (is_of_the_past(s)) {
		o->is_deaf = true;
	}
}

static enum trace_line take_words(const struct trace_index *index, struct open_finding *o,
				  struct kmsg_span s)
{
	if (is_others(o, s))
		return TRACE_OTHERS;
	if (span_starts(s, "---[ end "))
		return TRACE_LAST;
	take_told(index, o, s);
	if (o->f.kind == KMSG_RCU_STALL) {
		if (span_take(&s, "rcu: ") || span_starts(s, "("))
			trace_rcu_line(o, s);
	} else if (o->f.page.is_there || o->f.kind == KMSG_BAD_PAGE) {
		kmsg_page_line(&o->f.page, s);
	}
	return TRACE_MEMBER;
}

/* Nothing that it could still learn from a frame. */
static bool has_all_frames(const struct open_finding *o)
{
	return o->is_deaf || o->f.n_frames == KMSG_MAX_FRAMES;
}

enum trace_line trace_take(const struct trace_index *index, struct open_finding *o,
			   struct kmsg_span line)
{
	if (span_length(line) < 4)
		return TRACE_MEMBER; /* an empty line between two parts */
	if (o->f.kind == KMSG_WORKQUEUE_LOCKUP)
		take_pool(o, line);
	if (*line.at == ' ' || *line.at == '\t' || *line.at == '[') {
		if (!has_all_frames(o) && !take_frame(index, o, line) && o->f.kind == KMSG_RCU_STALL &&
		    !o->f.n_frames)
			trace_rcu_line(o, line);
		/* The marks of arch/x86/kernel/dumpstack.c, since 5.16. */
		if (line.at[1] == '<')
			o->has_ended = span_starts(line, " </TASK>");
		return TRACE_MEMBER;
	}
	if (trace_has_word(index, line.at))
		return take_words(index, o, line);
	return take_frame(index, o, line) ? TRACE_MEMBER : TRACE_STRANGER;
}

void trace_keep_text(struct open_finding *o, struct kmsg_span line, bool is_sure)
{
	size_t length = span_length(line);

	/* Full once, it stays so: no line may stand next to one that it did not follow. */
	o->is_full |= o->text_length + length + 1 > sizeof(o->text);
	if (!o->is_full) {
		memcpy(o->text + o->text_length, line.at, length);
		o->text[o->text_length + length] = '\n';
		o->text_length += length + 1;
	}
	if (is_sure)
		o->text_sure = o->text_length;
}
