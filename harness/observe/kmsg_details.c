// SPDX-License-Identifier: GPL-2.0-or-later
/* What a header tells behind its fixed words: CPU, seconds, task. Each reader fills only what it knows. */
#include "observe/kmsg_headers.h"

#include "base/cleanup.h"

void finding_set_comm(struct kmsg_finding *finding, struct kmsg_span comm)
{
	size_t length = span_length(comm);

	if (length > sizeof(finding->comm) - 1)
		length = sizeof(finding->comm) - 1;
	for (size_t i = 0; i < length; i++)
		finding->comm[i] = comm.at[i] ? comm.at[i] : ' ';
	finding->comm[length] = '\0';
}

bool take_task(struct kmsg_span s, char separator, struct kmsg_finding *finding)
{
	const char *cut = s.end;
	struct kmsg_span digits;
	uint64_t pid;

	/* From behind: the comm may hold colons, slashes and anything else. */
	while (cut > s.at && cut[-1] != separator)
		cut--;
	digits = (struct kmsg_span){cut, s.end};
	if (cut == s.at || !span_take_number(&digits, INT32_MAX, &pid) || digits.at != s.end)
		return false;
	finding_set_comm(finding, (struct kmsg_span){s.at, cut - 1});
	finding->pid = (int32_t)pid;
	finding->has_pid = true;
	return true;
}

static bool take_cpu(struct kmsg_span *s, struct kmsg_finding *finding)
{
	uint64_t cpu;

	if (!span_take_number(s, UINT32_MAX, &cpu))
		return false;
	finding->cpu = (uint32_t)cpu;
	finding->has_cpu = true;
	return true;
}

/* "NUMBERs" */
static bool take_seconds(struct kmsg_span *s, struct kmsg_finding *finding)
{
	uint64_t seconds;

	if (!span_take_number(s, UINT64_MAX, &seconds))
		return false;
	finding->seconds = seconds;
	finding->has_seconds = true;
	return true;
}

/* The line may have been cut here, by whoever wrote into the middle of it; but nothing else may stand. */
static bool is_cut(struct kmsg_span s)
{
	return s.at == s.end;
}

/* " - CPU#1 stuck for 22s! [comm:pid]"; " detected on CPU#1!" in kernels before 2.6.30. */
bool take_soft_lockup(struct kmsg_span rest, struct kmsg_finding *finding)
{
	struct kmsg_span task;

	if (span_take(&rest, " detected on CPU#"))
		return take_cpu(&rest, finding);
	if (!span_take(&rest, " - CPU#"))
		return false;
	if (!take_cpu(&rest, finding))
		return is_cut(rest);
	if (!span_take(&rest, " stuck for "))
		return span_length(rest) < 11;
	if (!take_seconds(&rest, finding))
		return is_cut(rest);
	if (!span_take(&rest, "s!"))
		return span_length(rest) < 2;
	if (!span_take(&rest, " ["))
		return true;
	task = rest;
	while (task.end > task.at && task.end[-1] != ']')
		task.end--;
	if (task.end > task.at)
		(void)take_task((struct kmsg_span){task.at, task.end - 1}, ':', finding);
	return true;
}

bool take_hard_lockup(struct kmsg_span rest, struct kmsg_finding *finding)
{
	if (span_take(&rest, " on cpu ") || span_take(&rest, " on CPU "))
		(void)take_cpu(&rest, finding);
	return true;
}

/*
 * 7.x: "CPU3: Watchdog detected hard LOCKUP on cpu 5"; powerpc: "CPU 3 Hard LOCKUP", "CPU 3
 * self-detected hard LOCKUP @ f", "CPU 3 detected hard LOCKUP on other CPUs 5".
 */
bool take_watchdog_cpu(struct kmsg_span rest, struct kmsg_finding *finding)
{
	struct kmsg_finding told = {.kind = KMSG_HARD_LOCKUP};
	struct kmsg_span victim = rest;

	(void)span_take_char(&rest, ' ');
	if (!take_cpu(&rest, &told))
		return false;
	if (span_skip_past(&victim, "LOCKUP on cpu ") ||
	    span_skip_past(&victim, "LOCKUP on other CPUs "))
		told.has_cpu = take_cpu(&victim, &told);
	else if (!span_starts(rest, " Hard LOCKUP") && !span_find(rest, "detected hard LOCKUP"))
		return false;
	finding->cpu = told.cpu;
	finding->has_cpu = told.has_cpu;
	return true;
}

/*
 * "INFO: rcu_sched self-detected stall on CPU", "... detected stalls on CPUs/tasks:", "... detected
 * expedited stalls on CPUs/tasks: { 1-... } 21 jiffies", "... detected stall, but suppressed full
 * report due to a stuck CSD-lock"; also cut short.
 */
bool take_rcu_stall(struct kmsg_span rest, struct kmsg_finding *finding)
{
	static const char *const words[] = {"self-detected stall", "detected stall"};
	struct kmsg_span who = rest;
	const char *detected = span_find(rest, "detected ");
	bool is_stall = detected && span_find((struct kmsg_span){detected, rest.end}, "stall");

	/* "_sched self-detec": the line ends within the words */
	while (rest.at < rest.end && *rest.at != ' ')
		rest.at++;
	for (size_t i = 0; !is_stall && i < ARRAY_SIZE(words) && span_length(rest) > 4; i++)
		is_stall = span_length(rest) <= strlen(words[i]) &&
			   memcmp(rest.at + 1, words[i], span_length(rest) - 1) == 0;
	if (!is_stall)
		return false;
	if (span_skip_past(&who, "{")) {
		span_skip_blanks(&who);
		(void)take_cpu(&who, finding);
	}
	return true;
}

/* "rcu_preempt kthread starved for 10502 jiffies!", "... kthread timer wakeup didn't happen for ..." */
bool take_rcu_starved(struct kmsg_span rest, struct kmsg_finding *finding)
{
	(void)finding;
	return span_find(rest, " kthread starved for ") != NULL ||
	       span_find(rest, " kthread timer wakeup didn't happen for ") != NULL;
}

bool take_hung_task(struct kmsg_span rest, struct kmsg_finding *finding)
{
	static const char *const middles[] = {
		" blocked for more than ",
		" blocked in I/O wait for more than ",
		" can't die for more than ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(middles); i++) {
		const char *middle = span_find(rest, middles[i]);
		struct kmsg_span after;

		if (!middle || !take_task((struct kmsg_span){rest.at, middle}, ':', finding))
			continue;
		after = (struct kmsg_span){middle + strlen(middles[i]), rest.end};
		if (is_cut(after) || (take_seconds(&after, finding) &&
				      (is_cut(after) || span_starts(after, " sec"))))
			return true;
		finding_clear(finding);
	}
	return false;
}

/* " - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 33s!", and of it the part behind "pool". */
bool take_workqueue(struct kmsg_span rest, struct kmsg_finding *finding)
{
	struct kmsg_span cpus;

	if (!span_take(&rest, " - pool") && !span_starts(rest, " cpus="))
		return false;
	cpus = rest;
	if (span_take(&cpus, " cpus=") && take_cpu(&cpus, finding) && !is_cut(cpus) && *cpus.at != ' ')
		finding->has_cpu = false; /* several */
	if (span_skip_past(&rest, " stuck for "))
		(void)take_seconds(&rest, finding);
	return true;
}

/* "... on CPU#1, comm/pid" (kernel/locking/spinlock_debug.c: spin_dump()) */
bool take_lock_owner(struct kmsg_span rest, struct kmsg_finding *finding)
{
	if (span_skip_past(&rest, " on CPU#") && take_cpu(&rest, finding) &&
	    span_take(&rest, ", "))
		(void)take_task(rest, '/', finding);
	return true;
}

bool take_lockdep(struct kmsg_span rest, struct kmsg_finding *finding)
{
	static const char *const phrases[] = {
		"possible circular locking dependency",
		"possible recursive locking",
		"possible irq lock inversion",
		"inconsistent lock state",
		"held lock freed",
		"lock held when returning to user",
		"lock held at task exit",
		"bad unlock balance",
		"bad contention detected",
		"ested lock was not taken",
		"suspicious RCU usage",
		"suspicious rcu_dereference",
		"Invalid wait context",
		"trying to register non-static key",
		"looking up invalid subclass",
		"MAX_LOCKDEP_",
		"MAX_LOCK_DEPTH too low",
		"MAX_STACK_TRACE_ENTRIES too low",
		"chain_key collision",
		"Possible deadlock",
	};

	(void)finding;
	for (size_t i = 0; i < ARRAY_SIZE(phrases); i++) {
		struct kmsg_span second = {rest.at + (rest.at < rest.end), rest.end};

		if (span_starts(rest, phrases[i]) || span_starts(second, phrases[i]))
			return true;
	}
	return span_starts(rest, "key ") ? span_find(rest, " not been registered") != NULL ||
						   span_find(rest, " not in .data") != NULL
					 : span_find(rest, "-safe -> ") != NULL &&
						   span_find(rest, "unsafe lock order") != NULL;
}

/* "path/file.c:123 ..." */
static bool is_place(struct kmsg_span s)
{
	const char *p = s.at;
	bool has_dot = false;

	while (p < s.end && *p != ' ' && *p != ':') {
		has_dot |= *p == '.' || *p == '/';
		p++;
	}
	return has_dot && p < s.end && *p == ':' && p + 1 < s.end && is_digit(p[1]);
}

/* What arch/x86/kernel/unwind_*.c warns of, without WARN(). */
static bool is_unwinder(struct kmsg_span s)
{
	static const char *const words[] = {
		"kernel stack ", "stack recursion ", "can't dereference ", "can't access registers",
		"unrecognized unwind ", "stack going in the wrong direction", "unknown unwind ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (span_starts(s, words[i]))
			return true;
	return false;
}

/*
 * kernel/panic.c: __warn(): "CPU: 0 PID: 1 at file:line f+0x1/0x2"; 7.x: "file:line at f+0x1/0x2,
 * CPU#0: comm/1"; "at file:line f()" where CPU and PID are not told.
 */
bool take_warning(struct kmsg_span rest, struct kmsg_finding *finding)
{
	struct kmsg_span s = rest;
	uint64_t pid;

	if (span_take(&s, "CPU: ")) {
		if (!take_cpu(&s, finding))
			return false;
		if (span_skip_past(&s, "PID: ") && span_take_number(&s, INT32_MAX, &pid)) {
			finding->pid = (int32_t)pid;
			finding->has_pid = true;
		}
		return true;
	}
	if (span_take(&s, "at "))
		return is_place(s);
	if (!is_place(s))
		return is_unwinder(s);
	if (span_skip_past(&s, " at ") && span_skip_past(&s, ", CPU#") && take_cpu(&s, finding) &&
	    span_take(&s, ": "))
		(void)take_task(s, '/', finding);
	return true;
}

/* "comm  pfn:1234", "comm  pte:... pmd:..." */
bool take_in_process(struct kmsg_span rest, struct kmsg_finding *finding)
{
	const char *end = span_find(rest, "  ");
	struct kmsg_span comm = {rest.at, end ? end : rest.end};

	finding_set_comm(finding, comm);
	return true;
}

static bool take_victim(struct kmsg_span rest, const char *word, struct kmsg_finding *finding)
{
	uint64_t pid;
	const char *close;

	if (!span_skip_past(&rest, word) || !span_take_number(&rest, INT32_MAX, &pid))
		return false;
	finding->pid = (int32_t)pid;
	finding->has_pid = true;
	close = span_find(rest, ")");
	if (span_take(&rest, " (") && close)
		finding_set_comm(finding, (struct kmsg_span){rest.at, close});
	return true;
}

/* "Kill process 1 (comm) score ..." until 5.0, "Killed process 1 (comm) total-vm:..." since. */
bool take_oom_kill(struct kmsg_span rest, struct kmsg_finding *finding)
{
	return take_victim(rest, "Kill process ", finding) ||
	       take_victim(rest, "Killed process ", finding);
}

bool take_oom_cgroup(struct kmsg_span rest, struct kmsg_finding *finding)
{
	return take_oom_kill(rest, finding);
}

/* "constraint=CONSTRAINT_NONE,...,task=comm,pid=1,uid=0" (4.19 and later) */
bool take_oom_victim(struct kmsg_span rest, struct kmsg_finding *finding)
{
	const char *comma;
	uint64_t pid;

	if (!span_find(rest, "constraint=") || !span_skip_past(&rest, ",task="))
		return false;
	comma = span_find(rest, ",pid=");
	if (!comma)
		return true;
	finding_set_comm(finding, (struct kmsg_span){rest.at, comma});
	rest.at = comma + strlen(",pid=");
	if (span_take_number(&rest, INT32_MAX, &pid)) {
		finding->pid = (int32_t)pid;
		finding->has_pid = true;
	}
	return true;
}

/* ": comm/pid/0x00000002" */
bool take_atomic(struct kmsg_span rest, struct kmsg_finding *finding)
{
	struct kmsg_span s = rest;

	while (s.end > s.at && s.end[-1] != '/')
		s.end--;
	if (s.end > s.at && span_take(&s, ": "))
		(void)take_task((struct kmsg_span){s.at, s.end - 1}, '/', finding);
	return true;
}

/* "...: 0000 [#1] SMP": programs get such a message without the number of the oops. */
bool take_bracketed_number(struct kmsg_span rest, struct kmsg_finding *finding)
{
	(void)finding;
	return span_find(rest, "[#") != NULL;
}

bool take_colon_or_comma(struct kmsg_span rest, struct kmsg_finding *finding)
{
	(void)finding;
	return rest.at == rest.end || *rest.at == ':' || *rest.at == ',';
}

bool take_leaks(struct kmsg_span rest, struct kmsg_finding *finding)
{
	uint64_t n;

	(void)finding;
	return span_take_number(&rest, UINT64_MAX, &n) &&
	       span_starts(rest, " new suspected memory leaks");
}
