"""The words of tags, readers and alarms for people."""

from countermark.stockpile.words import LABELS, _

LABELS["alarm"] = {
    "two_places": _("read at two places, sooner than anybody could carry it"),
    "two_chips": _("one number read from two chips: one is a copy"),
    "elsewhere": _("read where its weapon is not"),
    "without_weapon": _("read in the store while its weapon is out"),
    "wanted": _("its weapon is lost, stolen or no longer here"),
}
LABELS["alarm_outcome"] = {
    "explained": _("the movement was known, and had not been recorded"),
    "tag_replaced": _("the tag was copied or damaged; another one was put on"),
    "weapon_missing": _("the weapon is not where it should be; an incident is open"),
    "reader_fault": _("the reader was wrong"),
    "decided": _("decided in the queue of discrepancies"),
}
LABELS["reader"] = {
    "llrp": _("RFID reader (LLRP)"),
    "mqtt": _("RFID reader (MQTT)"),
    "ble": _("Bluetooth gateway"),
    "http": _("sends to us"),
}
LABELS["purpose"] = {"store": _("watches a store"), "passage": _("watches a door"), "counter": _("on a counter")}
