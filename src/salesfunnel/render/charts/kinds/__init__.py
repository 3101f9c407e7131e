"""The kinds of pictures: functions from plain figures and words to a `Chart`."""
