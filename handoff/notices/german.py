"""German, with the formal address of the widget's words."""

from handoff.notices.notices import Notices

GERMAN = Notices(
    still_working=(
        "Ich habe Ihre Nachricht und arbeite noch daran. Es dauert länger, als es sollte – "
        "Sie müssen sie nicht noch einmal senden."
    ),
    turn_failed=(
        "Das konnte ich gerade nicht klären, und raten möchte ich nicht. Ich habe Sie an jemanden aus dem Team "
        "weitergegeben, mit allem, was Sie geschrieben haben."
    ),
    files_alone=(
        "Danke, Ihre Datei ist da. Ich selbst kann nicht in Dateien sehen: Sagen Sie mir in einem Satz, worum es geht, "
        "oder sprechen Sie mit einem Menschen, der sie ansieht."
    ),
    files_unseen="Ihre Datei kann ich selbst nicht ansehen, ich gehe nach Ihren Worten. Ein Mensch kann sie sehen.",
    not_solved=(
        "Es tut mir leid, dass das nicht gelöst ist. Ich habe es wieder geöffnet und an jemanden aus dem Team gegeben."
    ),
    of_course="Gern.",
    taken_up="Jemand aus dem Team übernimmt das.",
    called_away="Wer das gerade bearbeitet hat, wurde weggerufen; jemand anderes übernimmt.",
    passed_on="Das geht jetzt an jemanden aus dem Team weiter, der dabei helfen kann.",
    reopened="Das Gespräch wurde von unserem Team wieder geöffnet, weil noch etwas zu tun ist.",
    reopened_by="{name} hat das Gespräch wieder geöffnet, weil noch etwas zu tun ist, und übernimmt es.",
    next_in_line="Sie sind als Nächstes an der Reihe.",
    number_in_line="Sie haben Platz {position} in der Reihe.",
    nothing_repeated="Wer Ihnen hilft, sieht unser ganzes Gespräch. Sie müssen also nichts wiederholen.",
    still_there=(
        "Sind Sie noch da? Es eilt nicht. Wenn ich nichts von Ihnen höre, beende ich das Gespräch in {span}. "
        "Schreiben Sie hier, wann immer Sie möchten, und wir machen dort weiter, wo wir sind."
    ),
    a_minute="einer Minute",
    minutes="{minutes} Minuten",
    back_at="Wir sind am {when} wieder da.",
    all_away="Wer dabei helfen kann, ist gerade nicht am Platz.",
    leave_or_wait=(
        "Ihr Platz in der Reihe bleibt. Wenn Sie nicht warten möchten, hinterlassen Sie Ihre E-Mail-Adresse oder "
        "Telefonnummer und ein paar Worte; jemand aus dem Team antwortet Ihnen dort."
    ),
    left_email=(
        "Danke, das ist notiert. Sie bekommen an diese Adresse eine Antwort bis {when}. "
        "Ihr Platz in der Reihe bleibt auch, falls jemand früher frei ist."
    ),
    left_phone=(
        "Danke, das ist notiert. Wir rufen Sie unter dieser Nummer an, bis {when}. "
        "Ihr Platz in der Reihe bleibt auch, falls jemand früher frei ist."
    ),
    mail_subject="Ihre Antwort von {company}",
    mail_opening="Sie haben uns eine Nachricht hinterlassen. {author} von {company} antwortet Ihnen:",
    mail_come_back=(
        "Wenn Sie etwas ergänzen möchten, kommen Sie zu unserem Gespräch zurück: Öffnen Sie den Chat auf {address} "
        "auf dem Gerät, auf dem Sie uns geschrieben haben, oder melden Sie sich dort an. Von dieser Adresse wird "
        "nur gesendet; was an sie geht, liest niemand."
    ),
    moment="{weekday}, {day}. {month}, {time} Uhr ({zone})",
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
)
