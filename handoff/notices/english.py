"""English."""

from handoff.notices.notices import Notices

ENGLISH = Notices(
    still_working=(
        "I have your message and I'm still working on it. This is taking longer than it should — "
        "you don't need to send it again."
    ),
    turn_failed=(
        "I couldn't work that out just now, and I won't guess. I've passed you to a colleague, "
        "together with everything you've written."
    ),
    files_alone=(
        "Thank you, I have your file. I can't look into files myself: tell me in a sentence what it is about, "
        "or talk to a person, who will see it."
    ),
    files_unseen="I can't look into your file myself, so I go by what you wrote. A colleague can see it.",
    not_solved="I'm sorry that this isn't solved. I've opened it again and passed it to a colleague.",
    of_course="Of course.",
    taken_up="A colleague will take it from here.",
    called_away="My colleague had to step away, so the next one takes over.",
    passed_on="My colleague is passing this on to somebody who can take it further.",
    reopened="A colleague has opened this conversation again, since something is left to do.",
    reopened_by="{name} has opened this conversation again, since something is left to do, and has taken it.",
    next_in_line="You're next in line,",
    number_in_line="You're number {position} in line,",
    nothing_repeated="and whoever picks this up sees our whole conversation, so you won't have to repeat it.",
    still_there=(
        "Are you still there? There's no rush. If I don't hear from you, I'll close this in {span}; "
        "write here whenever you like and we go on from where we are."
    ),
    a_minute="a minute",
    minutes="{minutes} minutes",
    back_at="We're back on {when}.",
    all_away="All my colleagues who can help with this are away from their desks.",
    leave_or_wait=(
        "You keep your place here. If you'd rather not wait, leave your e-mail address or telephone number "
        "and a few words, and a colleague will answer you there."
    ),
    left_email=(
        "Thank you, that's noted. A colleague will answer you at that address by {when}. "
        "You keep your place here as well, in case somebody is free sooner."
    ),
    left_phone=(
        "Thank you, that's noted. A colleague will call you on that number by {when}. "
        "You keep your place here as well, in case somebody is free sooner."
    ),
    mail_subject="Your answer from {company}",
    mail_opening="You left us a message. {author} from {company} answers you:",
    mail_come_back=(
        "If you would like to add something, come back to our conversation: open the chat at {address} on the "
        "device on which you wrote to us, or sign in there. This address only sends mails; nobody reads what is "
        "sent to it."
    ),
    moment="{weekday}, {day} {month}, {time} ({zone})",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
)
