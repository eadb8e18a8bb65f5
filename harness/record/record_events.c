// SPDX-License-Identifier: GPL-2.0-or-later
/* What the drivers, the workers and the kernel's log told, in words. */
#include <string.h>
#include <sys/wait.h>

#include "base/err.h"
#include "base/hist_json.h"
#include "record/recorder.h"

int record_intent(struct recorder *r, const char *operation, uint32_t block, int32_t node,
		  enum zone zone)
{
	struct jsonw *event = record_new("intent");

	jsonw_set_string(event, "operation", operation);
	jsonw_set_uint(event, "block", block);
	jsonw_set_int(event, "node", node);
	jsonw_set_string(event, "zone", zone_name(zone));
	return record_put_through(r, event);
}

static struct jsonw *describe_aim(const struct drive_aim *aim)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_uint(object, "pages_wanted", aim->pages_wanted);
	jsonw_set_uint(object, "pages_in_block", aim->pages_in_block);
	jsonw_set_uint(object, "pages_moved", aim->pages_moved);
	return object;
}

void record_offline(struct recorder *r, const struct offline_event *event)
{
	struct jsonw *o = record_new("offline");

	jsonw_set_uint(o, "attempt", event->attempt);
	jsonw_set_uint(o, "block", event->block);
	jsonw_set_uint(o, "node", event->node);
	jsonw_set_string(o, "zone", zone_name(event->zone));
	jsonw_set_string(o, "error", errno_name(event->error));
	jsonw_set_int(o, "errno", event->error);
	jsonw_set_uint(o, "wall_ns", event->wall_ns);
	jsonw_set_uint(o, "deadline_ns", event->deadline_ns);
	jsonw_set_string(o, "ended_by", ended_by_name(event->ended_by));
	jsonw_set_uint(o, "signals", event->signals);
	if (event->signals)
		jsonw_set_uint(o, "time_to_return_ns", event->time_to_return_ns);
	if (event->veto)
		jsonw_set_string(o, "veto", errno_name(event->veto));
	if (event->stray_signal)
		jsonw_set_bool(o, "stray_signal", true);
	jsonw_set_string(o, "state_after", block_state_name(event->state_after));
	if (event->aim.tried)
		jsonw_set(o, "aim", describe_aim(&event->aim));
	if (event->counts.has_attempts)
		jsonw_set_uint(o, "attempts", event->counts.attempts);
	if (event->counts.has_eagain)
		jsonw_set_uint(o, "eagain", event->counts.eagain);
	record_set_rung(r, o);
	record_put(r, o);
}

void record_online(struct recorder *r, const struct online_event *event)
{
	struct jsonw *o = record_new("online");

	if (event->attempt != UINT64_MAX)
		jsonw_set_uint(o, "attempt", event->attempt);
	jsonw_set_uint(o, "block", event->block);
	if (event->node != UINT32_MAX)
		jsonw_set_uint(o, "node", event->node);
	jsonw_set_string(o, "zone", zone_name(event->zone_wanted));
	if (event->zone_after != ZONE_UNKNOWN)
		jsonw_set_string(o, "zone_after", zone_name(event->zone_after));
	jsonw_set_string(o, "state_after", block_state_name(event->state_after));
	jsonw_set_string(o, "error", errno_name(event->error));
	jsonw_set_int(o, "errno", event->error);
	jsonw_set_uint(o, "wall_ns", event->wall_ns);
	jsonw_set_bool(o, "restored", event->restored);
	if (event->is_gone)
		jsonw_set_bool(o, "gone", true);
	record_put(r, o);
}

void record_refused(struct recorder *r, const struct refused_event *event)
{
	struct jsonw *o = record_new("refused");

	jsonw_set_uint(o, "block", event->block);
	jsonw_set_string(o, "why", block_refusal_text(event->refusal));
	record_put(r, o);
}

static struct jsonw *describe_holder(const struct holder *h)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_int(object, "pid", h->pid);
	jsonw_set_string(object, "comm", h->comm);
	jsonw_set_string(object, "mapping", h->mapping);
	jsonw_set_uint(object, "pages", h->pages);
	jsonw_set_uint(object, "pinned_bytes", h->pinned_bytes);
	if (h->evidence[0])
		jsonw_set_string(object, "evidence", h->evidence);
	return object;
}

void record_holders(struct recorder *r, int64_t block, const struct holders *holders)
{
	struct jsonw *o = record_new("holders"), *list = jsonw_array();

	if (block >= 0)
		jsonw_set_int(o, "block", block);
	for (size_t i = 0; i < holders->n; i++)
		jsonw_append(list, describe_holder(&holders->list[i]));
	jsonw_set(o, "list", list);
	jsonw_set_uint(o, "processes", holders->processes);
	if (holders->was_cut)
		jsonw_set_bool(o, "cut", true);
	record_put(r, o);
}

void record_aimed(struct recorder *r, uint64_t pages_moved)
{
	struct jsonw *o = record_new("aimed");

	jsonw_set_uint(o, "pages_moved", pages_moved);
	record_put(r, o);
}

static const char *status_name(int32_t status)
{
	if (status == INT32_MIN)
		return "untouched";
	return status == 0 ? "moved" : errno_name(status);
}

/*
 * Of private anonymous pages only those that went through migration: not those that were there
 * before, that could not be isolated, or of a call that failed as a whole.
 */
static struct jsonw *describe_private(const struct move_event *event)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_uint(object, "pages", event->moved + event->gave_up);
	jsonw_set_uint(object, "not_moved", event->gave_up);
	return object;
}

void record_move(struct recorder *r, const struct move_event *event, bool is_private_anonymous)
{
	struct jsonw *o = record_new("move"), *by_status = jsonw_object();

	jsonw_set_uint(o, "calls", event->calls);
	jsonw_set_uint(o, "single_calls", event->single_calls);
	jsonw_set_uint(o, "batch_calls", event->batch_calls);
	jsonw_set_uint(o, "pages", event->pages);
	jsonw_set_uint(o, "moved", event->moved);
	jsonw_set_uint(o, "not_moved", event->not_moved);
	jsonw_set_uint(o, "already_there", event->already_there);
	jsonw_set_uint(o, "call_errors", event->call_errors);
	for (uint32_t i = 0; i < event->n_status && i < MOVE_MAX_STATUS; i++)
		jsonw_set_uint(by_status, status_name(event->by_status[i].status),
			       event->by_status[i].count);
	jsonw_set(o, "by_status", by_status);
	jsonw_set(o, "latency", hist_to_json(&event->latency));
	if (is_private_anonymous)
		jsonw_set(o, "private_anonymous", describe_private(event));
	record_set_rung(r, o);
	record_put(r, o);
}

void record_called(struct recorder *r, const struct caller_event *event)
{
	struct jsonw *o = record_new("called"), *errors = jsonw_object(), *numbers = jsonw_object();

	jsonw_set_string(o, "driver", caller_name(event->caller));
	jsonw_set_uint(o, "calls", event->calls);
	for (uint32_t i = 0; i < event->n_errors; i++)
		jsonw_set_uint(errors, errno_name(event->errors[i].error), event->errors[i].count);
	jsonw_set(o, "errors", errors);
	for (uint32_t i = 0; i < event->n_numbers; i++)
		jsonw_set_uint(numbers, event->numbers[i].name, event->numbers[i].value);
	jsonw_set(o, "numbers", numbers);
	if (event->counts.has_attempts)
		jsonw_set_uint(o, "attempts", event->counts.attempts);
	if (event->counts.has_eagain)
		jsonw_set_uint(o, "eagain", event->counts.eagain);
	jsonw_set(o, "latency", hist_to_json(&event->latency));
	record_put(r, o);
}

void record_unavailable(struct recorder *r, const char *driver, const char *why)
{
	struct jsonw *o = record_new("unavailable");

	jsonw_set_string(o, "driver", driver);
	jsonw_set_string(o, "why", why);
	record_put(r, o);
}

void record_kmsg_lost(struct recorder *r, uint64_t records)
{
	struct jsonw *o = record_new("kmsg_lost");

	jsonw_set_uint(o, "records", records);
	record_put(r, o);
}

void record_finding(struct recorder *r, const struct kmsg_finding *finding)
{
	struct jsonw *o = record_new("finding");

	kmsg_finding_describe(finding, o);
	jsonw_set_uint(o, "sequence", finding->sequence);
	record_put(r, o);
}

void record_stuck(struct recorder *r, const struct stuck_sample *sample)
{
	const struct stuck_suspect *suspect = sample->suspect;
	const struct stuck_place *place = &sample->place;
	struct jsonw *o = record_new("stuck"), *frames;
	const char state[] = {sample->state.letter, '\0'}, *frame = place->frames;

	jsonw_set_string(o, "who", suspect->who);
	if (suspect->has_block)
		jsonw_set_uint(o, "block", suspect->block);
	if (suspect->group)
		jsonw_set_string(o, "group", suspect->group);
	jsonw_set_int(o, "pid", suspect->pid);
	jsonw_set_int(o, "tid", sample->tid);
	if (place->comm[0])
		jsonw_set_string(o, "comm", place->comm);
	jsonw_set_string(o, "state", state);
	jsonw_set_uint(o, "since_ns", sample->since_ns);
	jsonw_set_uint(o, "number", sample->number);
	if (place->wchan[0])
		jsonw_set_string(o, "wchan", place->wchan);
	if (place->has_syscall)
		jsonw_set_int(o, "syscall", place->syscall);
	if (place->stack_error) {
		jsonw_set_string(o, "no_frames", errno_name(place->stack_error));
	} else {
		frames = jsonw_array();
		for (size_t i = 0; i < place->n_frames; i++, frame += strlen(frame) + 1)
			jsonw_append(frames, jsonw_string(frame));
		jsonw_set(o, "frames", frames);
	}
	if (sample->is_last)
		jsonw_set_bool(o, "is_last", true);
	record_put(r, o);
}

void record_witnesses(struct recorder *r, const struct witness_statement *statements, size_t n)
{
	struct jsonw *o = record_new("witnesses"), *list = jsonw_array();

	for (size_t i = 0; i < n; i++) {
		struct jsonw *one = jsonw_object();

		jsonw_set_string(one, "name", statements[i].name);
		jsonw_set_uint(one, "before", statements[i].before);
		jsonw_set_uint(one, "after", statements[i].after);
		jsonw_set_uint(one, "findings", statements[i].findings);
		if (statements[i].disagreement)
			jsonw_set_string(one, "disagreement", statements[i].disagreement);
		jsonw_append(list, one);
	}
	jsonw_set(o, "list", list);
	record_put(r, o);
}

void record_worker_exit(struct recorder *r, const struct worker_exit *exit)
{
	struct jsonw *o = record_new("worker_exit");

	jsonw_set_int(o, "pid", exit->pid);
	jsonw_set_string(o, "group", exit->group);
	if (WIFSIGNALED(exit->status))
		jsonw_set_int(o, "signal", WTERMSIG(exit->status));
	else
		jsonw_set_int(o, "status", WEXITSTATUS(exit->status));
	record_put(r, o);
}

void record_not_ended(struct recorder *r, const char *group, uint32_t processes)
{
	struct jsonw *o = record_new("not_ended");

	jsonw_set_string(o, "group", group);
	jsonw_set_uint(o, "processes", processes);
	record_put(r, o);
}
