"""Spanish, with the familiar address of the widget's words."""

from handoff.notices.notices import Notices

SPANISH = Notices(
    still_working=(
        "Tengo tu mensaje y sigo trabajando en él. Está tardando más de lo debido; "
        "no hace falta que lo envíes otra vez."
    ),
    turn_failed=(
        "Ahora mismo no he podido resolverlo, y no quiero adivinar. Te he pasado a alguien del equipo, "
        "con todo lo que has escrito."
    ),
    files_alone=(
        "Gracias, tengo tu archivo. Yo no puedo ver archivos: dime en una frase de qué se trata, "
        "o habla con una persona, que sí lo verá."
    ),
    files_unseen="Yo no puedo ver tu archivo, así que me guío por lo que has escrito. Una persona sí lo verá.",
    not_solved="Siento que no esté resuelto. Lo he vuelto a abrir y lo he pasado a alguien del equipo.",
    of_course="Claro.",
    taken_up="Alguien del equipo se ocupa a partir de aquí.",
    called_away="Quien le atendía ha tenido que ausentarse, así que pasa a otra persona.",
    passed_on="Lo pasamos ahora a otra persona del equipo que puede seguir con ello.",
    reopened="Alguien del equipo ha vuelto a abrir la conversación, porque queda algo por hacer.",
    reopened_by="{name} ha vuelto a abrir la conversación, porque queda algo por hacer, y se encarga de ella.",
    next_in_line="Eres la siguiente persona en la cola.",
    number_in_line="Tienes el puesto {position} en la cola.",
    nothing_repeated="Quien te atienda verá toda nuestra conversación, así que no tendrás que repetir nada.",
    still_there=(
        "¿Sigues ahí? No hay prisa. Si no sé nada de ti, cierro la conversación en {span}. "
        "Escribe aquí cuando quieras y seguimos donde estamos."
    ),
    a_minute="un minuto",
    minutes="{minutes} minutos",
    back_at="Volvemos el {when}.",
    all_away="Ahora mismo no está en su puesto nadie que pueda ayudarte con esto.",
    leave_or_wait=(
        "Aquí conservas tu turno. Si prefieres no esperar, deja tu correo electrónico o tu teléfono "
        "y unas palabras, y alguien del equipo te responderá allí."
    ),
    left_email=(
        "Gracias, queda anotado. Alguien del equipo te responde a esa dirección antes del {when}. "
        "Aquí también conservas tu turno, por si alguien queda libre antes."
    ),
    left_phone=(
        "Gracias, queda anotado. Alguien del equipo te llama a ese número antes del {when}. "
        "Aquí también conservas tu turno, por si alguien queda libre antes."
    ),
    mail_subject="Tu respuesta de {company}",
    mail_opening="Nos dejaste un mensaje. {author}, de {company}, te responde:",
    mail_come_back=(
        "Si quieres añadir algo, vuelve a nuestra conversación: abre el chat en {address} en el dispositivo desde "
        "el que nos escribiste, o inicia sesión allí. Desde esta dirección solo se envía; nadie lee lo que llega a "
        "ella."
    ),
    moment="{weekday}, {day} de {month}, a las {time} ({zone})",
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
)
