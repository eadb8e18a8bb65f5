// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/restore.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "drive/drive.h"
#include "drive/settings.h"
#include "observe/observe.h"
#include "record/journal.h"
#include "record/record.h"
#include "record/record_poison.h"
#include "service/give_back.h"
#include "service/prepare.h"
#include "topology/topology.h"

static void note_trouble(struct restore_result *result, const char *text)
{
	if (!result->trouble[0])
		(void)snprintf(result->trouble, sizeof(result->trouble), "%s", text);
}

/* An attempt may have been recorded and the block brought back by someone else: state decides. */
static void restore_block(struct fsio *fs, struct recorder *recorder, bool is_other_boot,
			  const struct unfinished_block *unfinished, struct restore_result *result,
			  uint32_t *left)
{
	enum zone zone = zone_parse(unfinished->zone, strlen(unfinished->zone));
	struct online_event event;

	if (recorder)
		(void)record_intent(recorder, "online", unfinished->block, unfinished->node, zone);
	drive_online(fs, unfinished->block, zone, &event);
	event.attempt = UINT64_MAX;
	/* After a reboot it is where that boot has put it: the zone of before is no longer ours to ask for. */
	if (is_other_boot && event.state_after == BLOCK_ONLINE)
		event.restored = true;
	if (recorder)
		record_online(recorder, &event);
	if (event.restored) {
		result->blocks_restored++;
		return;
	}
	if (event.is_gone) /* unplugged since: there is nothing to restore */
		return;
	left[result->blocks_left_offline++] = unfinished->block;
	{
		cleanup_free char *text = memory_format(
			"memory%u is %s in zone %s and should be online in %s: %s", unfinished->block,
			block_state_name(event.state_after), zone_name(event.zone_after),
			zone_name(zone), errno_name(event.error));

		note_trouble(result, text);
	}
}

/* A reboot has put the settings back; what they are now is the host's will. */
static void note_setting_gone(struct recorder *recorder, const struct unfinished_setting *unfinished,
			      struct restore_result *result)
{
	if (recorder)
		record_setting_restored(recorder, unfinished->path, unfinished->old_value, 0);
	result->settings_restored++;
}

static void put_back_setting(struct fsio *fs, struct recorder *recorder,
			     const struct unfinished_setting *unfinished,
			     struct restore_result *result)
{
	struct setting s = {.changed = true};
	struct err e = {0};
	int r;

	(void)snprintf(s.path, sizeof(s.path), "%s", unfinished->path);
	(void)snprintf(s.old_value, sizeof(s.old_value), "%s", unfinished->old_value);
	(void)snprintf(s.new_value, sizeof(s.new_value), "%s", unfinished->new_value);
	r = setting_restore(fs, &s, &e);
	if (recorder)
		record_setting_restored(recorder, s.path, s.old_value, r < 0 ? -r : 0);
	if (r < 0) {
		result->settings_failed++;
		note_trouble(result, e.text);
		return;
	}
	if (r == 1)
		note_trouble(result, e.text);
	result->settings_restored++;
}

/* No frame is poisoned any more after a reboot. Before one, the way back may have to be made first. */
static void give_back(struct fsio *fs, struct recorder *recorder, bool is_other_boot,
		      const struct journal_unfinished *unfinished, struct restore_result *result)
{
	struct prepared prepared = {0};
	struct given_back given = {0};
	struct record_poison now;
	struct err e = {0};

	for (size_t i = 0; is_other_boot && recorder && i < unfinished->n_frames; i++)
		record_unpoison(recorder, unfinished->frames[i], 0);
	if (is_other_boot || unfinished->n_frames == 0)
		return;
	if (prepare_unpoison(fs, recorder, &prepared, &e) < 0)
		note_trouble(result, e.text);
	give_back_frames(fs, recorder, unfinished->frames, unfinished->n_frames, &given);
	give_back_count(fs, &now);
	if (recorder)
		record_poison_end(recorder, given.left, &now);
	result->frames_given_back = (unsigned int)given.frames;
	result->frames_left = (unsigned int)given.left;
	if (given.left) {
		cleanup_free char *text = memory_format(
			"%llu page frames could not be given back, the first is %llu: %s",
			(unsigned long long)given.left, (unsigned long long)given.example,
			errno_name(given.error));

		note_trouble(result, text);
	}
	e = (struct err){0};
	prepare_undo(recorder, &prepared, &e);
	if (e.code < 0)
		note_trouble(result, e.text);
}

/* The last first. A reboot has undone them all. */
static void undo_preparations(struct recorder *recorder, bool is_other_boot,
			      const struct journal_unfinished *unfinished,
			      struct restore_result *result)
{
	for (size_t i = unfinished->n_prepared; i > 0; i--) {
		const struct unfinished_prepared *p = &unfinished->prepared[i - 1];
		int r = 0;

		if (!is_other_boot)
			r = prepare_undo_one(recorder, p->what, p->name);
		else if (recorder)
			record_prepared_undone(recorder, p->what, p->name, 0);
		if (r < 0) {
			cleanup_free char *text = memory_format("cannot undo the %s of %s: %s",
								p->what, p->name, errno_name(r));

			note_trouble(result, text);
		}
	}
}

/*
 * The journal of a run on a full or read-only disk cannot be continued: the restore itself does
 * not wait for that, it only says so.
 */
static struct recorder *reopen(const char *directory, struct restore_result *result)
{
	struct recorder *recorder = NULL;
	struct err e = {0};

	if (recorder_reopen(directory, &recorder, &e) < 0) {
		note_trouble(result, e.text);
		return NULL;
	}
	return recorder;
}

/* By run.json: the journal's last records may be of an earlier restore. */
static bool is_of_other_boot(struct fsio *fs, const char *directory)
{
	cleanup_free char *path = memory_format("%s/run.json", directory);
	struct jsonw *document = NULL;
	char now[64] = "";
	const char *boot;
	bool is_other;

	if (jsonw_parse_file(path, &document, NULL) < 0)
		return false;
	boot = jsonw_get_string(document, "boot_id");
	(void)fsio_read_text(fs, now, sizeof(now), "proc/sys/kernel/random/boot_id");
	is_other = boot && now[0] && strcmp(boot, now) != 0;
	jsonw_free(document);
	return is_other;
}

int restore_run(struct fsio *fs, const char *directory, struct restore_result *ret_result,
		struct err *e)
{
	cleanup_free char *path = memory_format("%s/events.jsonl", directory);
	struct journal_unfinished unfinished = {0};
	cleanup_free uint32_t *left = NULL;
	struct recorder *recorder = NULL;
	struct err ignored = {0};
	bool is_other_boot;
	int r = journal_unfinished(path, &unfinished, e);

	if (r < 0)
		return r;
	*ret_result = (struct restore_result){0};
	left = memory_alloc(unfinished.n_blocks, sizeof(*left));
	if (unfinished.n_blocks || unfinished.n_settings || unfinished.n_frames ||
	    unfinished.n_prepared)
		recorder = reopen(directory, ret_result);
	is_other_boot = is_of_other_boot(fs, directory);
	for (size_t i = 0; i < unfinished.n_blocks; i++)
		restore_block(fs, recorder, is_other_boot, &unfinished.blocks[i], ret_result, left);
	for (size_t i = unfinished.n_settings; i > 0; i--) {
		if (is_other_boot)
			note_setting_gone(recorder, &unfinished.settings[i - 1], ret_result);
		else
			put_back_setting(fs, recorder, &unfinished.settings[i - 1], ret_result);
	}
	give_back(fs, recorder, is_other_boot, &unfinished, ret_result);
	undo_preparations(recorder, is_other_boot, &unfinished, ret_result);
	if (observer_remove_stale(fs, &ret_result->probes_removed, &ignored) < 0)
		note_trouble(ret_result, ignored.text);
	if (recorder)
		record_restore(recorder, ret_result->blocks_restored, left,
			       ret_result->blocks_left_offline, ret_result->settings_failed == 0);
	recorder_close(recorder);
	journal_unfinished_done(&unfinished);
	return 0;
}
